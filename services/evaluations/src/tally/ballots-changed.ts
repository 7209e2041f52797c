/** What lies in the database is not what was sealed at closing. Nothing is published; somebody must look. */
export class BallotsChangedAfterClosing extends Error {
  constructor() {
    super('The stored ballots are not those of the closing digest.');
    this.name = 'BallotsChangedAfterClosing';
  }
}
