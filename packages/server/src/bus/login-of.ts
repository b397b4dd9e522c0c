/** The credentials of a URL; empty texts where there are none. */
export const loginOf = (url: string): { user: string; password: string } => {
  const { username, password } = new URL(url)
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}
