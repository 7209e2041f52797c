export { toHex, fromHex, sha256Hex } from './bytes.js';
export { canonicalJson, parseCanonicalJson, type Json } from './canonical-json.js';
export { UntrustedError, type SignedKind } from './signed-json.js';
export {
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
export { sealBallot, type SealRequest, type SealedBallot } from './seal-ballot.js';
export {
  IV_BYTES,
  TAG_BYTES,
  checkEnvelope,
  envelopeHashOf,
  readEnvelope,
  type EnvelopeCheck,
  type EnvelopeContext,
  type EnvelopeRefusal,
  type ReadEnvelope,
} from './check-envelope.js';
export {
  KeyNotUnwrappedError,
  importBallotKey,
  makeBallotKey,
  unwrapPrivateKey,
  wrapPrivateKey,
  type BallotKey,
} from './ballot-key.js';
export { openEnvelope, type CastEnvelope, type OpenedBallot, type OpeningContext } from './open-envelope.js';
export { signReceipt, verifyReceipt, type Receipt } from './receipt.js';
export {
  closingDigestHash,
  digestHashes,
  makeClosingDigest,
  signClosingDigest,
  verifyClosingDigest,
  type ClosingContent,
  type ClosingDigest,
} from './closing-digest.js';
export { UNANIMITY_BOUND, type AnswerCounts } from './answer-counts.js';
export { BallotGatherer, type BallotColumns, type TallyBallot } from './ballot-columns.js';
export { type RatingList } from './sort-ratings.js';
export { Tally, type Cell, type Stratum, type TallyEnd, type TallyOutcome } from './tally.js';
export {
  basisPoints,
  sharesOf,
  targetsBelowLine,
  type CampaignResults,
  type Shares,
  type TargetResult,
  type Turnout,
} from './results.js';
export { parseBoardLine, type BoardLine } from './board-line.js';
export { writeBoard, type BoardContent } from './write-board.js';
export { splitLines } from './split-lines.js';
export { recount, type RecountReport } from './recount.js';
export { type BilingualText, type RecountProblem, type RecountProblemKind } from './recount-problem.js';
export { findOnBoard, type BoardFindings, type RatingFound, type RememberedRating } from './find-on-board.js';
