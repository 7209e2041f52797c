/** An expected answer other than success, as the schema's `Refusal` types show it. */
export interface RefusalOf<TypeName extends string> {
  readonly __typename: TypeName;
  readonly code: string;
  readonly messageZh: string;
  readonly messageEn: string;
}

/** A refusal of this type; its code is the type's name in capitals: `CampaignClosed` is `CAMPAIGN_CLOSED`. */
export function refusal<const TypeName extends string>(
  typeName: TypeName,
  messageZh: string,
  messageEn: string,
): RefusalOf<TypeName> {
  const code = typeName.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return { __typename: typeName, code, messageZh, messageEn };
}

export const idempotencyKeyReused = refusal(
  'IdempotencyKeyReused',
  '该幂等键已用于其他内容，请换用新的键。',
  'This idempotency key was used with another input. Send the new input under a new key.',
);
