import { writeFileSync } from 'node:fs';

/**
 * The federation's own applications on this machine, as OpenID Connect client metadata. Any port of the loopback address
 * is theirs (RFC 8252, 7.3), so a developer's server and a test's may listen where they like.
 */
export function writeIssuerApplications(file) {
  const application = (clientId, name, audience) => ({
    client_id: clientId,
    client_name: name,
    audience,
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    post_logout_redirect_uris: ['http://127.0.0.1/signed-out'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  });
  const applications = [
    application('member-app', 'Member application', 'mobile'),
    application('dashboard', 'Dashboard', 'dashboard'),
    // Where officers help members who come in person: they act for them.
    {
      ...application('counter', 'Service counter', 'mobile'),
      authorization_details_types: ['urn:zhijia:acting-for'],
    },
  ];
  writeFileSync(file, `${JSON.stringify(applications, null, 2)}\n`);
}
