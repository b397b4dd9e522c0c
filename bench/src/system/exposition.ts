/** The samples without labels that a server shows at its `/metrics`. */
export async function scrape(url: string, token: string): Promise<(name: string) => number> {
  const response = await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  if (!response.ok) throw new Error(`/metrics answers ${response.status}: ${text}`)
  return name => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
    if (value === undefined) throw new Error(`/metrics does not show ${name}`)
    return Number(value)
  }
}
