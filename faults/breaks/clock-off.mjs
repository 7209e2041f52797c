/** A process whose clock is off by FAULT_CLOCK_OFFSET_SECONDS; its timers run as always. */
const RealDate = Date;
const offsetMs = Number(process.env.FAULT_CLOCK_OFFSET_SECONDS) * 1_000;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }

  static [Symbol.hasInstance](value) {
    return value instanceof RealDate;
  }
};
