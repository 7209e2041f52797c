export { defineEvent, ownerOf, type EventContract, type PayloadOf } from './event-contract.js';
export * from './benefits.js';
export * from './evaluations.js';
export * from './members.js';
export * from './timebank.js';
