import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAllowList } from './allow-list.ts'
import { isPublicAddress } from './is-public-address.ts'
import { readTarget } from './read-target.ts'

const nothing = createAllowList([])
const isForbidden = { code: 'WEBHOOK_URL_FORBIDDEN', httpStatus: 400 }
const refuse = (url: string, allow = nothing) => assert.throws(() => readTarget(url, allow), isForbidden, url)

test('no spelling of an inner IPv4 address is let through', () => {
  const loopback = ['127.0.0.1', '127.1', '0177.0.0.1', '0x7f.1', '2130706433', '017700000001', '127.0.0.1.']
  const unspecified = ['0', '0.0.0.0', '0x0', '①②⑦.⓪.⓪.①', '127。0。0。1', '１２７.0.0.1', '%31%32%37.0.0.1']
  const inner = [
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.8',
    '198.19.0.1',
  ]
  const other = [
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '192.88.99.1',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
  ]
  for (const host of [...loopback, ...unspecified, ...inner, ...other]) refuse(`https://${host}/hook`)
})

test('no IPv6 address but one of the public internet is let through', () => {
  const unspecified = ['::', '::1', '::ffff:7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '::127.0.0.1']
  const translated = ['64:ff9b::7f00:1', '64:ff9b:1::a9fe:a9fe', '2002:7f00:1::', '2001::1', '2001:0:7f00:1::1']
  const inner = ['fe80::1', 'fc00::1', 'fdff::1', 'fec0::1', 'ff02::1', '100::1']
  const special = ['2001:db8::1', '2001:10::1', '2001:20::1', '3fff::1', '5f00::1', '4000::1', '1fff::1']
  for (const host of [...unspecified, ...translated, ...inner, ...special]) refuse(`https://[${host}]/hook`)
})

test('names of this machine and of its network are refused', () => {
  const local = ['localhost', 'localhost.', 'LOCALHOST', 'a.localhost', 'a.localhost.', 'metadata.google.internal']
  for (const host of [...local, 'printer.local', 'nas.home.arpa', 'postgres', 'kubernetes.', 'ｌｏｃａｌｈｏｓｔ'])
    refuse(`https://${host}/hook`)
})

test('other schemes, credentials and what is no URL are refused', () => {
  const schemes = [
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
    'data:text/plain,x',
    'ws://example.com',
  ]
  const credentials = ['https://user@example.com/', 'https://:pass@example.com/', 'https://example.com@127.0.0.1/']
  for (const url of [...schemes, ...credentials, '', '/hook', 'example.com', 'https://', 'http://8.8.8.8/']) refuse(url)
})

test('public addresses and names are let through', () => {
  for (const host of [
    '8.8.8.8',
    '1.1.1.1',
    '223.255.255.255',
    '[2606:4700::1111]',
    '[2a00:1450::1]',
    'hooks.example.com',
    'a.example.com.',
  ])
    assert.equal(readTarget(`https://${host}:8443/hook?x=1`, nothing).url.protocol, 'https:')
  assert.equal(isPublicAddress('2606:4700::1111%eth0'), false)
  assert.equal(isPublicAddress('example.com'), false)
})

test('what is on the allow-list may be inner and without TLS, and nothing else', () => {
  const allow = createAllowList(['Localhost', '10.1.0.0/16', '127.0.0.1', 'fd00::/8'])
  for (const url of [
    'http://localhost:8080/',
    'https://10.1.2.3/',
    'http://127.1/',
    'http://[fd12::1]/',
    'https://8.8.8.8/',
  ])
    assert.ok(readTarget(url, allow))
  for (const url of [
    'http://10.2.0.1/',
    'http://a.localhost/',
    'https://[::1]/',

    'http://8.8.8.8/',
  ])
    refuse(url, allow)
})
