import { z } from 'zod';

/** An instant in UTC, ISO 8601. */
export const instant = z.iso.datetime();

/** A calendar date in Asia/Shanghai, `2026-11-23`. */
export const localDate = z.iso.date();

/** Hundredths of a per cent: 8500 is 85 %. */
export const basisPoints = z.number().int().min(0).max(10_000);
