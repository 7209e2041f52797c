import { parse } from 'graphql';
import { refusePrivateSharing } from './refuse-private-sharing.mjs';

const check = (text: string): void => refusePrivateSharing('timebank', parse(text).definitions);

describe('a field that the gateway may share', () => {
  it.each([
    ['its own rule', 'type Query { keys: String @access(rule: "anyViewer") @cacheControl(maxAge: 60) }'],
    ['its type', 'type Keys @access(rule: "anyViewer") { one: String @cacheControl(maxAge: 60) }'],
  ])('is for any viewer by %s', (_what, schema) => expect(() => check(schema)).not.toThrow());

  it.each([
    [
      'another rule',
      'type Keys @access(rule: "anyViewer") { one: Int @access(rule: "self") @cacheControl(maxAge: 9) }',
    ],
    ['the rule of what it stands in', 'type Keys @access(rule: "parent") { one: Int @cacheControl(maxAge: 9) }'],
    ['no rule', 'type Keys { one: Int @cacheControl(maxAge: 9) }'],
  ])('is refused with %s', (_what, schema) => expect(() => check(schema)).toThrow('Keys.one'));
});
