/** The wrapping key is released against one closing digest only; another one was asked for. */
export class KeyReleasedToOtherDigest extends Error {
  constructor() {
    super('The key of this campaign was released against another closing digest.');
    this.name = 'KeyReleasedToOtherDigest';
  }
}

/** There is no wrapping key: it was destroyed, or never made. */
export class KeyGone extends Error {
  constructor() {
    super('There is no wrapping key for this campaign.');
    this.name = 'KeyGone';
  }
}

/** Who holds the wrapping keys of campaigns: files on one machine, a key management service elsewhere. */
export interface KeyHolder {
  /** Makes a campaign's wrapping key (32 bytes), or gives the one that an interrupted ceremony left. */
  make(campaignId: string): Promise<Uint8Array>;

  /**
   * Gives the wrapping key against a closing digest, for the first digest that asks and for none other, ever.
   *
   * @param digestHash SHA-256 of the digest, hex.
   * @throws KeyReleasedToOtherDigest
   * @throws KeyGone
   */
  release(campaignId: string, digestHash: string): Promise<Uint8Array>;

  /** Destroys the wrapping key; what was sealed for the campaign opens for nobody any more. Safe to repeat. */
  destroy(campaignId: string): Promise<void>;
}
