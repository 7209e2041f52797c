import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { certificateThumbprint, type Audience } from '@zhijia/access';
import type { Log } from '@zhijia/logging';
import type { onRequestAsyncHookHandler } from 'fastify';
import type { TokenRefusal, TokenVerifier } from '../identity/verify-token.js';
import type { Metrics } from '../metrics.js';
import { refuse } from './refuse.js';

/** Refuses before the body is read: whoever has no token makes us parse nothing. */
export function tokenGate(options: {
  audience: Audience;
  tokens: TokenVerifier;
  /** Where clients find this gateway; without it, where they say that they found it. */
  publicUrl: string | null;
  /** The certificate of the connection that a request came over. */
  certificateOf: (request: IncomingMessage) => X509Certificate | null;
  metrics: Metrics;
  log: Log;
}): onRequestAsyncHookHandler {
  const { audience, tokens, publicUrl, certificateOf, metrics, log } = options;
  return async (request, reply) => {
    const { authorization, dpop } = request.headers;
    const check = await tokens.check(
      {
        authorization,
        proof: typeof dpop === 'string' ? dpop : undefined,
        method: request.method,
        url: () => `${publicUrl ?? `${request.protocol}://${request.host}`}${request.url}`,
        certificateThumbprint: () => {
          const certificate = certificateOf(request.raw);
          return certificate === null ? null : certificateThumbprint(certificate);
        },
      },
      audience,
    );
    switch (check.kind) {
      case 'verified':
        metrics.tokens.inc({ how: check.isRemembered ? 'remembered' : 'verified' });
        request.viewer = check.viewer;
        request.signing = check.signing;
        return;
      case 'undecided':
        log.warn({ err: check.cause, requestId: request.id }, 'A token could not be checked');
        reply.header('retry-after', '5');
        return refuse(request, reply, 'TRY_AGAIN', { extensions: { retryable: true } });
      case 'refused':
        reply.header('www-authenticate', challengeFor(check.code));
        return refuse(request, reply, check.code);
    }
  };
}

/** RFC 6750: who sent no token is told no error. */
function challengeFor(code: TokenRefusal): string {
  if (code === 'TOKEN_MISSING') return 'Bearer realm="zhijia", DPoP algs="PS256 ES256"';
  if (code === 'PROOF_NOT_ACCEPTED') return 'DPoP algs="PS256 ES256", error="invalid_dpop_proof"';
  return `Bearer realm="zhijia", error="invalid_token", error_description="${code}"`;
}
