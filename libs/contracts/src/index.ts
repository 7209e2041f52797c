export { defineEvent, ownerOf, type EventContract, type PayloadOf } from './event-contract.js';
