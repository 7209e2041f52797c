/** A refusal as the graph shows it; its code is its type's name in capitals. */
export interface RefusalOf<Name extends string> {
  readonly __typename: Name;
  readonly code: string;
  readonly messageZh: string;
  readonly messageEn: string;
}

export function refusal<Name extends string>(name: Name, messageZh: string, messageEn: string): RefusalOf<Name> {
  const code = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return { __typename: name, code, messageZh, messageEn };
}

export const idempotencyKeyReused = refusal(
  'IdempotencyKeyReused',
  '该幂等键已用于其他内容，请换用新的键。',
  'This idempotency key was used with another input. Send the new input under a new key.',
);
