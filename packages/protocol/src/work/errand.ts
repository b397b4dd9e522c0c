/** What a worker carries out itself, without its runtime: clones a remote, packs the tree of a codebase, unpacks an archive into it. */
export type Errand =
  | { kind: 'clone'; git_url: string; git_branch: string | null }
  | { kind: 'pack' }
  | { kind: 'unpack' }

export type ErrandKind = Errand['kind']

/** Capabilities that begin with this are the platform's own: no caller asks for them. */
export const ownCapabilities = 'codetether:'

/** What a worker announces that carries out errands. */
export const errandCapabilities = {
  clone: `${ownCapabilities}clone`,
  pack: `${ownCapabilities}archive`,
  unpack: `${ownCapabilities}archive`,
} as const satisfies Record<ErrandKind, string>
