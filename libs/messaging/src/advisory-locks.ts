/**
 * PostgreSQL advisory locks of this library, all in the two-key space: they meet no others. One database has one
 * service, so they need no name of it.
 */
export const lockSpace = {
  /** Key 1: who relays. Key 2: the relay sleeps and wants to be woken. Key 3: who prunes. */
  messaging: 7_403_100,
  /** Key: bucket of a cause that parked events wait for. */
  parkingCause: 7_403_101,
} as const;

export const messagingLock = { relays: 1, relaySleeps: 2, prunes: 3 } as const;
