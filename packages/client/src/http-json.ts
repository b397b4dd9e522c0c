import { fromErrorBody } from './error-body.ts'
import { retryAfterOf } from './http.ts'
import type { Operation } from './operation.ts'
import type { Transport, WireRequest } from './transport.ts'

const pathOf = ({ name, id = '' }: Operation): string => {
  const task = `/tasks/${encodeURIComponent(id)}`
  if (name === 'send' || name === 'stream') return `/message:${name}`
  if (name === 'list') return '/tasks'
  return name === 'get' ? task : `${task}:${name}`
}

const queryOf = (params: Operation['params']): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value))
  return query.size === 0 ? '' : `?${query}`
}

/** v0.3 has its paths below `/v1`, which some cards say already. */
const baseOf = (url: string, version: string): string => {
  const base = url.replace(/\/+$/, '')
  return version === '0.3' ? `${base.replace(/\/v1$/, '')}/v1` : base
}

/**
 * HTTP+JSON (A2A v1.0 §11, v0.3 §3.2.3). To subscribe, the text of v1.0 says POST and the proto of v0.3 GET: servers of
 * each version take the one that is sent here.
 */
export const httpJson: Transport = {
  request({ url, version, tenant }, operation): WireRequest {
    const { name, params } = operation
    const isGet = name === 'get' || name === 'list' || (name === 'subscribe' && version === '0.3')
    const base = `${baseOf(url, version)}${tenant ? `/${encodeURIComponent(tenant)}` : ''}${pathOf(operation)}`
    const headers = { accept: 'application/a2a+json, application/json' }
    if (isGet) return { url: `${base}${queryOf(params)}`, method: 'GET', headers }
    const typed = { ...headers, 'content-type': 'application/json' }
    const body = JSON.stringify(tenant ? { tenant, ...params } : params)
    return { url: base, method: 'POST', headers: typed, body }
  },
  open(value, response) {
    const error = fromErrorBody(value, { httpStatus: response.status, retryAfter: retryAfterOf(response) })
    if (error !== undefined) throw error
    return response.ok && typeof value === 'object' && value !== null ? { result: value } : undefined
  },
}
