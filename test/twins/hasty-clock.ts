/** The machine's clock, running faster: what waits for seconds is tested in tenths of them. */
import type { Clock } from "#host/clock.js";

export function hastyClock(times: number): Clock {
  const began = Date.now();
  const now = (): number => began + (Date.now() - began) * times;
  return {
    now,
    wake(atMs, call) {
      const timer = setTimeout(call, Math.max(0, (atMs - now()) / times));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
