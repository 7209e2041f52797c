import { ConfigError } from './read-config.js';
import { tlsConfigOf } from './tls.js';

describe('where TLS ends', () => {
  it('is elsewhere when nothing is said, and nobody is believed', () => {
    const { tls, certificateProxies } = tlsConfigOf({});
    expect(tls).toBeNull();
    expect(certificateProxies.check('127.0.0.1')).toBe(false);
  });

  it.each([
    ['10.1.2.3', 'ipv4', true],
    ['11.1.2.3', 'ipv4', false],
    ['192.0.2.7', 'ipv4', true],
    ['192.0.2.8', 'ipv4', false],
    ['fd00::5', 'ipv6', true],
    ['fe00::5', 'ipv6', false],
    // How a socket that listens for both writes an IPv4 address.
    ['::ffff:10.1.2.3', 'ipv6', true],
  ] as const)('is asked of proxies: %s', (address, family, isProxy) => {
    const { certificateProxies } = tlsConfigOf({ CERTIFICATE_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8' });
    expect(certificateProxies.check(address, family)).toBe(isProxy);
  });

  it.each([
    [{ TLS_CERTIFICATE_FILE: '/a' }, /one without the other/],
    [{ TLS_CLIENT_CA_FILE: '/a' }, /does not end here/],
    [{ TLS_CERTIFICATE_FILE: '/nowhere/a', TLS_KEY_FILE: '/nowhere/b' }, /TLS_CERTIFICATE_FILE: .* cannot be read/],
    [{ CERTIFICATE_PROXIES: 'proxy.example' }, /proxy\.example is no address/],
    [{ CERTIFICATE_PROXIES: '10.0.0.0/33' }, /10\.0\.0\.0\/33 is no address/],
    [{ CERTIFICATE_PROXIES: '10.0.0.0/x' }, /is no address/],
  ])('is not guessed from %j', (env, problem) => {
    expect(() => tlsConfigOf(env)).toThrow(ConfigError);
    expect(() => tlsConfigOf(env)).toThrow(problem);
  });
});
