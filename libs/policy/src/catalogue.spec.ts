import { z } from 'zod';
import { evaluationScale, policyCatalogue, privacyMinCell } from './catalogue.js';
import { definePolicy } from './define-policy.js';
import { regionPath } from './region-path.js';

describe('the policy catalogue', () => {
  it('names each policy once, with the source of its default', () => {
    const keys = policyCatalogue.map((policy) => policy.key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const policy of policyCatalogue) expect(policy.source).not.toBe('');
  });

  it('has no scale whose bad grades lie beyond it, and no cell of two', () => {
    const scale = { gradeCount: 4, badFromGrade: 4, offersDontKnow: false };
    expect(evaluationScale.schema.safeParse(scale).success).toBe(true);
    expect(evaluationScale.schema.safeParse({ ...scale, badFromGrade: 5 }).success).toBe(false);
    expect(privacyMinCell.schema.safeParse({ countedBallots: 2 }).success).toBe(false);
  });

  it('refuses a policy whose default does not fit its schema', () => {
    const schema = z.strictObject({ capMinutes: z.int() });
    expect(() => definePolicy({ key: 'a.b', schema, default: { capMinutes: 1.5 }, source: 'Own' })).toThrow(z.ZodError);
  });
});

describe('regionPath', () => {
  it('leads from the region up to the country', () => {
    expect(regionPath('CN/44/07')).toEqual(['CN/44/07', 'CN/44', 'CN']);
    expect(regionPath('CN')).toEqual(['CN']);
  });

  it.each(['', '/CN', 'CN/', 'CN//44', 'cn', 'CN/44 '])('refuses %p', (region) => {
    expect(() => regionPath(region)).toThrow(RangeError);
  });
});
