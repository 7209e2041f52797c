/** An expected answer other than success, as the schema's `Refusal` types show it. */
export interface RefusalOf<TypeName extends string> {
  readonly __typename: TypeName;
  readonly code: string;
  readonly messageZh: string;
  readonly messageEn: string;
}

/** A refusal of this type; its code is the type's name in capitals. */
export function refusal<const TypeName extends string>(
  typeName: TypeName,
  messageZh: string,
  messageEn: string,
): RefusalOf<TypeName> {
  return { __typename: typeName, code: typeName.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase(), messageZh, messageEn };
}

export const idempotencyKeyReused = refusal(
  'IdempotencyKeyReused',
  '该幂等键已用于另一份内容，请换用新的键。',
  'This idempotency key was used with another input. Send the new input under a new key.',
);

export const campaignNotFound = refusal('CampaignNotFound', '没有这项评议活动。', 'There is no such campaign.');
