import type { Audience } from '@zhijia/access';
import type { SignatureRefusal } from './identity/check-signature.js';
import type { TokenRefusal } from './identity/verify-token.js';

/** What the gateway itself says no with. Stable: listed in docs/codes.md. */
export type GatewayCode =
  | TokenRefusal
  | SignatureRefusal
  | 'SIGNATURE_MISSING'
  | 'INTERACTION_ID_MALFORMED'
  | 'BAD_REQUEST'
  | 'DOCUMENT_UNKNOWN'
  | 'LIMIT_EXCEEDED'
  | 'RATE_LIMITED'
  | 'NOT_FOUND'
  | 'TRY_AGAIN'
  | 'SUBGRAPH_UNAVAILABLE'
  | 'INTERNAL';

interface Refusal {
  status: number;
  message: string;
}

/** Every message in English and Chinese: whoever reads it is told, whichever client they use. */
export const refusals: Readonly<Record<GatewayCode, Refusal>> = {
  TOKEN_MISSING: { status: 401, message: 'Send a bearer token. 请提供访问令牌。' },
  TOKEN_MALFORMED: { status: 401, message: 'The token cannot be read. 访问令牌格式有误。' },
  TOKEN_EXPIRED: { status: 401, message: 'The token has expired; get a new one. 访问令牌已过期，请重新获取。' },
  TOKEN_NOT_TRUSTED: { status: 401, message: 'The token is not accepted here. 访问令牌不受信任。' },
  TOKEN_WRONG_AUDIENCE: {
    status: 401,
    message: 'The token was issued for another audience. 访问令牌不适用于此接口。',
  },
  TOKEN_NOT_BOUND: {
    status: 401,
    message:
      'A token of this audience has to be bound to a key (DPoP) or a certificate. 此接口的访问令牌须绑定密钥（DPoP）或证书。',
  },
  PROOF_NOT_ACCEPTED: {
    status: 401,
    message:
      'Send a bound token as "DPoP" with a fresh proof of its key, and any other as "Bearer". 绑定密钥的令牌须附新的 DPoP 证明。',
  },
  CERTIFICATE_NOT_ACCEPTED: {
    status: 401,
    message:
      'Send this token over a connection with the certificate that it is bound to. 此访问令牌须使用其绑定的客户端证书连接。',
  },
  SIGNATURE_MISSING: {
    status: 400,
    message: 'Sign the body of a mutation (x-jws-signature). 变更操作须对请求正文签名（x-jws-signature）。',
  },
  SIGNATURE_MALFORMED: {
    status: 400,
    message: 'x-jws-signature is no detached PS256 signature as described. x-jws-signature 格式不符合要求。',
  },
  SIGNATURE_OUT_OF_TIME: {
    status: 400,
    message: 'Sign for each request, by a clock that is right. 签名时间不符，请校准时钟并重新签名。',
  },
  SIGNATURE_KEY_UNKNOWN: {
    status: 400,
    message: 'Sign with a PS256 key that is registered for this client. 请使用已登记的 PS256 密钥签名。',
  },
  SIGNATURE_NOT_ACCEPTED: {
    status: 400,
    message: 'The signature is not over these bytes by that key. 签名与请求正文或密钥不符。',
  },
  INTERACTION_ID_MALFORMED: {
    status: 400,
    message: 'x-fapi-interaction-id is a UUID, or left out. x-fapi-interaction-id 须为 UUID，或不提供。',
  },
  BAD_REQUEST: { status: 400, message: 'The request cannot be read as GraphQL over HTTP. 请求格式有误。' },
  DOCUMENT_UNKNOWN: {
    status: 400,
    message: 'Only registered operations are answered here, and this is none. 此接口仅接受已登记的操作。',
  },
  LIMIT_EXCEEDED: { status: 400, message: 'The request is larger than allowed. 请求超出限制。' },
  RATE_LIMITED: {
    status: 429,
    message: 'Too much was asked in a short time; please wait a little. 请求过于频繁，请稍后再试。',
  },
  NOT_FOUND: { status: 404, message: 'There is nothing here. 未找到。' },
  TRY_AGAIN: { status: 503, message: 'Please try again in a moment. 请稍后重试。' },
  SUBGRAPH_UNAVAILABLE: {
    status: 503,
    message:
      'A part of the answer is missing for now; please try again in a moment. 部分内容暂时无法提供，请稍后重试。',
  },
  INTERNAL: { status: 500, message: 'Something failed on our side. 系统内部错误。' },
};

/** What one request may cost before anything is executed. Numbers are per operation unless they say otherwise. */
export const limits = {
  /** The dashboard's import mutation takes a file of up to 1 MB, which JSON may spell three times as long. */
  bodyBytes: { mobile: 256 * 1_024, dashboard: 3 * 1_024 * 1_024, bank: 1_024 * 1_024 } satisfies Record<
    Audience,
    number
  >,
  /** Of the document, comments and all: what is kept of it goes by its length. */
  documentCharacters: 64 * 1_024,
  tokens: 2_000,
  depth: 16,
  aliases: 30,
  directives: 50,
  /** At the top of one operation, fragments written out: each may be a request to a subgraph. */
  rootFields: 30,
  /** Fields once every fragment is written out, those of an interface or a union for each type it may be. */
  fields: 10_000,
  /** Of one name at one place, fragments written out: each is compared with each other. */
  repeats: 50,
  /** Of the plan, about: no document takes more than a small part of what all plans may. */
  planBytes: 4 * 1_024 * 1_024,
  /** About how many objects an operation may be answered with, with its variables. */
  cost: { mobile: 5_000, dashboard: 20_000, bank: 5_000 } satisfies Record<Audience, number>,
  /** Of the variables as JSON; files of an import are among the dashboard's. */
  variablesBytes: { mobile: 64 * 1_024, dashboard: 3 * 1_024 * 1_024, bank: 512 * 1_024 } satisfies Record<
    Audience,
    number
  >,
  /** Of the answer, about; what one entity says is counted wherever it stands. */
  answerCharacters: 32 * 1_024 * 1_024,
} as const;

export type LimitName = keyof typeof limits;
