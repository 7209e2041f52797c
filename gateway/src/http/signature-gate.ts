import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusalOfSignature } from '../identity/check-signature.js';
import type { Signing } from '../identity/verify-token.js';
import { refuse } from './refuse.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set with the viewer; null where anybody may come in. */
    signing: Signing | null;
    /** Whether a mutation in this request is its server's beyond doubt. */
    mayChange: boolean;
  }
}

export const signatureHeader = 'x-jws-signature';

/** A signature that does not hold is refused on whatever it comes with; that a mutation needs one, the graph sees. */
export async function signatureGate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { signing, headers, bodyBytes } = request;
  const signature = headers[signatureHeader];
  request.mayChange = signing?.isRequired !== true;
  if (signing === null || signature === undefined) return;
  const refusal =
    typeof signature === 'string'
      ? await refusalOfSignature({ signature, body: bodyBytes, keys: signing.keys })
      : 'SIGNATURE_MALFORMED';
  if (refusal !== null) return refuse(request, reply, refusal);
  request.mayChange = true;
}
