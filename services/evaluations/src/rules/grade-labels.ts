/** What a voter reads beside a grade. */
export interface GradeLabel {
  readonly grade: number;
  readonly labelZh: string;
  readonly labelEn: string;
}

const wordings: Readonly<Record<number, readonly (readonly [zh: string, en: string])[]>> = {
  2: [
    ['满意', 'Satisfied'],
    ['不满意', 'Dissatisfied'],
  ],
  3: [
    ['满意', 'Satisfied'],
    ['基本满意', 'Fairly satisfied'],
    ['不满意', 'Dissatisfied'],
  ],
  4: [
    ['优秀', 'Excellent'],
    ['称职', 'Competent'],
    ['基本称职', 'Fairly competent'],
    ['不称职', 'Not competent'],
  ],
  5: [
    ['非常满意', 'Very satisfied'],
    ['满意', 'Satisfied'],
    ['基本满意', 'Fairly satisfied'],
    ['不满意', 'Dissatisfied'],
    ['非常不满意', 'Very dissatisfied'],
  ],
};

/** The labels of a scale, grade 1 (the best) first. */
export function gradeLabels(gradeCount: number): readonly GradeLabel[] {
  return (wordings[gradeCount] ?? []).map(([labelZh, labelEn], index) => ({ grade: index + 1, labelZh, labelEn }));
}
