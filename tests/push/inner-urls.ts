// Spellings of addresses and names that lead into the network of the server, each for the port of a canary.

/** Public in form, but the resolver says otherwise. */
const names: Readonly<Record<string, readonly string[]>> = {
  'inner.example.com': ['127.0.0.1'],
  '127.0.0.1.nip.example': ['127.0.0.1'],
  'mixed.example.com': ['8.8.8.8', '127.0.0.1'],
  'mixed6.example.com': ['2606:4700::1111', '::1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'metadata.example.com': ['169.254.169.254'],
  'nowhere.example.com': [],
}

/** The resolver of these names. Any other name is one of the public internet. */
export const resolveInner = async (name: string): Promise<readonly string[]> => names[name] ?? ['8.8.8.8']

const loopback4 = [
  '127.0.0.1',
  '127.1',
  '0177.0.0.1',
  '0x7f.1',
  '2130706433',
  '017700000001',
  '127.0.0.1.',
  '%31%32%37.1',
]
const wide4 = ['①②⑦.⓪.⓪.①', '１２７.0.0.1', '127。0。0。1', '0', '0.0.0.0', '0x0']
const inner4 = ['10.0.0.1', '100.64.0.1', '169.254.169.254', '172.16.0.1', '192.168.1.1', '198.18.0.1', '224.0.0.1']
const loopback6 = ['::', '::1', '::ffff:7f00:1', '::ffff:127.0.0.1', '::7f00:1']
const carried6 = ['64:ff9b::7f00:1', '64:ff9b:1::a9fe:a9fe', '2002:7f00:1::', '2001::1']
const inner6 = ['fe80::1', 'fc00::1', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1', '3fff::1', '5f00::1']
const local = ['localhost', 'localhost.', 'LOCALHOST', 'a.localhost', 'metadata.google.internal', 'printer.local', 'db']

const hosts = [
  ...loopback4,
  ...wide4,
  ...inner4,
  ...[...loopback6, ...carried6, ...inner6].map(address => `[${address}]`),
  ...local,
  ...Object.keys(names),
]

/** URLs by which a request could come to a port of this machine, or of its network. */
export const innerUrls = (port: number): string[] => [
  ...hosts.map(host => `https://${host}:${port}/hook`),
  ...['127.0.0.1', 'localhost', 'inner.example.com', '8.8.8.8', 'hooks.example.com'].map(
    host => `http://${host}:${port}/`,
  ),
  `https://8.8.8.8@127.0.0.1:${port}/`,
  `https://user:pass@hooks.example.com:${port}/`,
  ...['file:///etc/passwd', `gopher://127.0.0.1:${port}/`, `ftp://127.0.0.1:${port}/`, 'data:text/plain,x'],
]
