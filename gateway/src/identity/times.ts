/** FAPI 2.0 Security Profile, 5.3.2.1: clocks up to ten seconds ahead are accepted, those of a minute refused. */
export const acceptedAheadSeconds = 10;
/** What is made for one request is sent at once. */
export const acceptedAgeSeconds = 60;

/** Whether a proof or a signature was made for a request that comes now. */
export function isMadeNow(iat: unknown, nowSeconds: number): boolean {
  return typeof iat === 'number' && iat >= nowSeconds - acceptedAgeSeconds && iat <= nowSeconds + acceptedAheadSeconds;
}
