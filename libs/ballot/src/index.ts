export { toHex, fromHex, sha256Hex } from './bytes.js';
export { canonicalJson, parseCanonicalJson, type Json } from './canonical-json.js';
export { UntrustedError, type SignedKind } from './signed-json.js';
export {
  CELL_RULE,
  ManifestError,
  OTHER_STRATUM,
  fingerprint,
  hashSlots,
  makeManifest,
  manifestHash,
  manifestSchema,
  parseManifest,
  stratumOf,
  type Manifest,
  type ManifestOrganisation,
  type SlotCount,
} from './manifest.js';
export { signManifest, verifyManifest } from './sign-manifest.js';
export {
  CODE_BYTES,
  DONT_KNOW,
  NO_ANSWER,
  decodeBallot,
  encodeBallot,
  plaintextSize,
  type BallotContent,
  type DecodedBallot,
  type SpoiledReason,
} from './ballot-codec.js';
export { codesAsHex, sealBallot, type SealRequest, type SealedBallot } from './seal-ballot.js';
export {
  checkEnvelope,
  envelopeHashOf,
  type EnvelopeCheck,
  type EnvelopeContext,
  type EnvelopeRefusal,
} from './check-envelope.js';
export {
  KeyNotUnwrappedError,
  importBallotKey,
  makeBallotKey,
  unwrapPrivateKey,
  wrapPrivateKey,
  type BallotKey,
} from './ballot-key.js';
