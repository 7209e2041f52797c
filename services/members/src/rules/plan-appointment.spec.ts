import { mayDismiss, officeRoles, planAppointment, type OfficeRole } from './plan-appointment.js';

describe('an office', () => {
  it('is no membership, and no server', () => {
    expect(officeRoles).not.toContain('member');
    expect(officeRoles).not.toContain('bank-client');
  });

  it('is given by an administrator, whichever it is', () => {
    for (const office of officeRoles) expect(planAppointment(['administrator'], office, false)).toBe('appoint');
  });

  it.each<[OfficeRole, string]>([
    ['secretary', 'appoint'],
    ['treasurer', 'appoint'],
    ['supervisor', 'appoint'],
    ['delegate', 'appoint'],
    ['chair', 'notTheirsToGive'],
    ['auditor', 'notTheirsToGive'],
    ['administrator', 'notTheirsToGive'],
    ['department-officer', 'notTheirsToGive'],
  ])('of a %s: a chair can only %s', (office, plan) => {
    expect(planAppointment(['member', 'chair'], office, false)).toBe(plan);
  });

  it('is given by nobody else', () => {
    for (const role of ['member', 'secretary', 'treasurer', 'auditor', 'bank-client'] as const) {
      expect(planAppointment([role], 'delegate', false)).toBe('notTheirsToGive');
    }
    expect(planAppointment([], 'delegate', false)).toBe('notTheirsToGive');
  });

  it('is given by nobody to themselves, and may be laid down by everybody', () => {
    expect(planAppointment(['administrator'], 'treasurer', true)).toBe('oneself');
    expect(mayDismiss([], 'treasurer', true)).toBe(true);
    expect(mayDismiss(['secretary'], 'treasurer', false)).toBe(false);
    expect(mayDismiss(['chair'], 'treasurer', false)).toBe(true);
  });
});
