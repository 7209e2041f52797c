/** The three kinds of client, each with a contract of its own. */
export const audiences = ['mobile', 'dashboard', 'bank'] as const;

export type Audience = (typeof audiences)[number];

export function isAudience(text: unknown): text is Audience {
  return audiences.some((audience) => audience === text);
}
