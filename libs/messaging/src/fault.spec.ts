import { describeFault, kindOfFault } from './fault.js';

const present = { query: () => Promise.resolve([]) };
const away = { query: () => Promise.reject(new Error('away')) };

function databaseError(code: string, constraint?: string): Error {
  return Object.assign(new Error('duplicate key (phone)=(13800000000)'), {
    name: 'QueryFailedError',
    code,
    constraint,
  });
}

describe('what a failure allows', () => {
  it('waits for a database that is away, whatever the words of the error', async () => {
    for (const code of ['57P01', '57P03', '08006', '53300', 'ECONNREFUSED']) {
      expect(await kindOfFault(databaseError(code), present)).toBe('databaseAway');
    }
    expect(await kindOfFault(new Error('Connection terminated unexpectedly'), present)).toBe('databaseAway');
    expect(await kindOfFault(new Error('in my own words', { cause: databaseError('57P01') }), present)).toBe(
      'databaseAway',
    );
    expect(await kindOfFault(new Error('in my own words'), away)).toBe('databaseAway');
  });

  it('waits for whoever holds the rows, and blames no event for it', async () => {
    expect(await kindOfFault(databaseError('55P03'), present)).toBe('locked');
  });

  it('tells a conflict, which may pass, from a failure, which is of the event', async () => {
    expect(await kindOfFault(databaseError('40P01'), present)).toBe('conflict');
    expect(await kindOfFault(databaseError('57014'), present)).toBe('conflict');
    expect(await kindOfFault(databaseError('23514'), present)).toBe('failure');
    expect(await kindOfFault(new Error('in my own words'), present)).toBe('failure');
    expect(await kindOfFault('thrown text', present)).toBe('failure');
  });

  it('is told as a code and a class, never as a message', () => {
    expect(describeFault(databaseError('23505', 'member_phone_is_unique'))).toEqual({
      code: '23505:member_phone_is_unique',
      type: 'QueryFailedError',
    });
    expect(describeFault(new Error('Li Wei'))).toEqual({ code: 'reactionFailed', type: 'Error' });
    expect(describeFault(Object.assign(new Error(), { name: 'Li Wei', code: 'of Li Wei' }))).toEqual({
      code: 'reactionFailed',
      type: 'Error',
    });
  });
});
