/** Where a request goes and what is said of it. */
export interface HttpPost {
  readonly host: string
  readonly path: string
  readonly accept?: string
  readonly version?: string
  readonly token?: string | undefined
}

/** A whole POST with a body of JSON. */
export function httpPost({ host, path, accept = 'application/json', version, token }: HttpPost, body: string): string {
  const headers = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/json',
    `Accept: ${accept}`,
    ...(version === undefined ? [] : [`A2A-Version: ${version}`]),
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    `Content-Length: ${body.length}`,
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}
