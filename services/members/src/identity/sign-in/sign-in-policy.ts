import { interactionPolicy } from 'oidc-provider';
import { asksForAgency } from '../asking/agency-details.js';

const recentlySeconds = 5 * 60;

/**
 * RFC 8252, 8.6, wants a native application's user asked each time, since another program could pretend to be it. Here
 * each sign-in asks for a code anyway, and PKCE binds the answer to the program that began. Who is asked for a consent
 * has just proved who they are: telephones are shared.
 */
export function signInPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  const { Check } = interactionPolicy;
  const recently = new Check('signed_in_recently', 'the member signs in before they are asked', ({ oidc }) => {
    const isOld = oidc.params?.['authorization_details'] !== undefined && oidc.session?.past(recentlySeconds) === true;
    return isOld && oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  });
  policy.get('login')?.checks.add(recently);
  return policy;
}

/** Which page asks what the policy wants to know. */
export function pageOf(prompt: string, params: Readonly<Record<string, unknown>>): 'sign-in' | 'consent' | 'agency' {
  if (prompt !== 'consent') return 'sign-in';
  return asksForAgency(params) ? 'agency' : 'consent';
}
