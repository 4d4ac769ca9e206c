import { PROTOCOL_VERSION } from '../protocol.ts';
import type { SimDevice } from './device.ts';
import type { Weather } from './network.ts';
import { during } from './perform.ts';
import { Random } from './random.ts';
import type { World } from './world.ts';

/** Chance of the events of device n is the stream `STREAM + n` of the seed. */
const STREAM = 5_000;
/** Of the events, so many per cent only tell a number, and so many begin further back than the last one, as a new line does. */
const BARE_PERCENT = 15;
const BACK_PERCENT = 15;
const BACK_MAX = 6;
/** How late an event may be that is slow. */
const LATE_MS = 10 * 60_000;

/**
 * The live lines of a day (S51, S53): whenever the server has moved on, each device is told, mostly with the page itself. Events are lost, doubled,
 * late and out of order, which a line over TCP never is by itself, but lines that end and begin again are.
 */
export function openLines(world: World): void {
  const { server, time, devices, seed } = world;
  const randoms = new Map(devices.map((device, i) => [device, new Random(seed, STREAM + i)]));
  let last = 0;
  let looking = false;
  let again = false;
  const look = async (): Promise<void> => {
    const head = await server.head();
    if (head === last) return;
    // Restored: what was told is no longer so.
    const from = Math.min(last, head);
    last = head;
    await Promise.all([...randoms].map(([device, random]) => tell(world, device, random, from)));
  };
  const run = async (): Promise<void> => {
    again = true;
    if (looking) return;
    looking = true;
    while (again) {
      again = false;
      await look();
    }
    looking = false;
  };
  server.moved = () => time.after(0, run);
}

async function tell(world: World, device: SimDevice, random: Random, from: number): Promise<void> {
  const back = random.happens(BACK_PERCENT) ? random.below(BACK_MAX) : 0;
  const bare = random.happens(BARE_PERCENT);
  const schema = PROTOCOL_VERSION - device.lag();
  const page = bare ? null : await world.server.carry(device.user, device.id, { schema, after: Math.max(0, from - back) });
  // What is carried is text, so that nothing is shared between the ends.
  const text = JSON.stringify(page);
  const weather = device.tab().link.weather;
  for (const ms of arrivals(random, weather)) {
    world.time.after(ms, () => during(world, device, () => hear(device, text)));
  }
}

/** When an event arrives: never, once, or twice. */
function arrivals(random: Random, weather: Weather): number[] {
  if (random.happens(weather.lostReplies)) return [];
  const ms = random.between(5, 300) + (random.happens(weather.slow) ? random.below(LATE_MS) : 0);
  return random.happens(weather.doubled) ? [ms, ms + random.below(LATE_MS)] : [ms];
}

async function hear(device: SimDevice, text: string): Promise<void> {
  const tab = device.usable(0);
  if (tab !== null) await device.hear(tab, JSON.parse(text));
}
