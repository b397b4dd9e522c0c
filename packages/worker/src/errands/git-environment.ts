/** What git may know of its surroundings: where programs, certificates and the way out are. */
const passed = /^(PATH|TMPDIR|SSL_CERT_(FILE|DIR)|GIT_SSL_CA(INFO|PATH)|(https?|no|all)_proxy|(HTTPS?|NO|ALL)_PROXY)$/

/** Whose token it is does not matter to the hosts, but some want a certain name beside it. */
const users: Readonly<Record<string, string>> = { 'gitlab.com': 'oauth2', 'bitbucket.org': 'x-token-auth' }

/** The value of `Authorization` for a token, or for `user:password`. */
export function authorizationFor(url: string, token: string): string {
  const pair = token.includes(':') ? token : `${users[new URL(url).hostname] ?? 'x-access-token'}:${token}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

export interface GitEnvironmentOptions {
  environment: Readonly<Record<string, string | undefined>>
  url: string
  /** An empty directory: git and curl find no files of the worker's user in it, no netrc above all. */
  home: string
  authorization: string | null
}

/**
 * The environment of `git clone`. Nothing that the machine or its user has set up counts: no credentials, hooks, filters or other names of
 * remotes. Redirects are not followed, for they would carry the token to another host, or the request to one that may not be asked.
 */
export function gitEnvironment({
  environment,
  url,
  home,
  authorization,
}: GitEnvironmentOptions): Record<string, string> {
  const { protocol, origin } = new URL(url)
  const config: [name: string, value: string][] = [
    ['http.followRedirects', 'false'],
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    ['submodule.recurse', 'false'],
    ...(authorization === null
      ? []
      : [[`http.${origin}/.extraHeader`, `Authorization: ${authorization}`] as [string, string]]),
  ]
  return {
    ...Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        passed.test(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
    HOME: home,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: protocol.slice(0, -1),
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([name, value], n) => [
        [`GIT_CONFIG_KEY_${n}`, name],
        [`GIT_CONFIG_VALUE_${n}`, value],
      ]),
    ),
  }
}
