// Keys as plain data. A keyring is a key whose payload is links to others.

export type KeyType = 'user' | 'logon' | 'big_key' | 'keyring'

export interface Key {
  serial: number
  type: KeyType
  description: string
  uid: number
  gid: number
  /** A byte each for possessor, owner, group, others. */
  perm: number
  payload: Uint8Array
  /** Of a keyring, by type and description. */
  links: Map<string, Key> | null
  /** When it ends (ns since boot); Infinity: never. */
  expires: number
  revoked: boolean
  invalidated: boolean
  /** Bytes that its owner's quota is charged with. */
  quota: number
}

/** What a task finds its keys in. Replaced, never changed: children share it. */
export interface TaskKeyrings {
  readonly session: Key | null
  readonly process: Key | null
  readonly thread: Key | null
  /** KEY_REQKEY_DEFL_*. */
  readonly requests: number
}

export interface KeyStore {
  byId: Map<number, Key>
  /** _uid.N and _uid_ses.N. */
  users: Map<number, { user: Key; session: Key }>
  made: number
  /** How many there were when those that nobody reaches were last dropped. */
  swept: number
  maxKeys: number
  maxBytes: number
  rootMaxKeys: number
  rootMaxBytes: number
}
