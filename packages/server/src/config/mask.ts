/** What stands in the place of a secret. */
export const mask = '••••'

/** A connection URL that can be shown: without password, and without parameters, which may carry one too. */
export const maskUrl = (given: string): string => {
  const { protocol, username, password, host, pathname, search } = new URL(given)
  const login = password === '' ? username : `${username}:${mask}`
  return `${protocol}//${login}${login === '' ? '' : '@'}${host}${pathname}${search === '' ? '' : `?${mask}`}`
}

/** The same of a URL whose user name alone may be the secret, as the token of NATS is. */
export const maskLogin = (given: string): string => {
  const { protocol, username, password, host } = new URL(given)
  return `${protocol}//${username === '' && password === '' ? '' : `${mask}@`}${host}`
}
