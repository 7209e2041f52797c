import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Calls at a steady pace, however long answers take: what waits behind a slow answer counts from when it was due, so a
 * server that stands still for a moment is seen by all who came meanwhile.
 *
 * @param {object} loop from `openClosedLoop`, for its connections
 * @param {object} options
 * @param {number} options.clients each asks `perSecond / clients` times a second
 * @param {number} options.perSecond
 * @param {number} options.seconds
 * @param {(client: number, count: number) => object} options.request
 * @param {(answer: { status: number, body: Buffer }, client: number, count: number, latencyMs: number) => void} options.take
 */
export async function callAtPace(loop, { clients, perSecond, seconds, request, take }) {
  const periodMs = (clients * 1_000) / perSecond;
  const began = performance.now();
  const end = began + seconds * 1_000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      let due = began + (periodMs * client) / clients;
      for (let count = 0; due < end; count += 1, due += periodMs) {
        const early = due - performance.now();
        // Timers are late by up to a millisecond, which is no fault of the server.
        if (early > 0) await pause(early);
        const from = early > 0 ? performance.now() : due;
        const answer = await loop.askOnce(client, request(client, count));
        take(answer, client, count, performance.now() - from);
      }
    }),
  );
}
