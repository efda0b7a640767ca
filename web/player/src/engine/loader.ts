/**
 * Decides what is fetched next, one unit of picture at a time: what plays goes first while its buffer is short, then
 * what the preload policy wants, then units that were shown low and will be seen again.
 */

import { Full, PlayerError } from '../errors.ts';
import type { Policies } from '../policies/policies.ts';
import type { Download } from './download.ts';
import type { ClipFiles } from './files.ts';
import { mayReplace, REPLACING_SECONDS, unitAt } from './layout.ts';
import { type Limits, type Stage, type Wish, Wishes, within } from './wishes.ts';

const RECONSIDERED_MS = 500;
/** Of what a browser held when it held no more. */
const SAFE_SHARE = 0.8;

interface Task extends Wish {
  readonly downloads: Download[];
}

export class Loader {
  readonly #policies: Policies;
  readonly #limits: { -readonly [limit in keyof Limits]: Limits[limit] };
  readonly #stage: Stage;
  readonly #wishes: Wishes;
  #task: Task | null = null;
  #paused = false;

  constructor(policies: Policies, limits: Limits, stage: Stage) {
    this.#policies = policies;
    this.#limits = { ...limits };
    this.#stage = stage;
    this.#wishes = new Wishes(policies, this.#limits, stage);
  }

  /** Something changed: another clip plays, time went on, a unit came. */
  look(): void {
    if (this.#task || this.#paused) {
      return;
    }
    const wanted = this.#wishes.next();
    if (wanted) {
      this.#task = { ...wanted, downloads: [] };
      void this.#run(this.#task).then((isFull) => {
        this.#task = null;
        // Time that goes on looks again, once there may be room.
        isFull || this.look();
      });
    }
  }

  /** Another clip plays: what is fetched for others stops, if it needs the line. */
  interrupt(): void {
    const current = this.#stage.at(0);
    if (this.#task && current && this.#task.files !== current.files && this.#wishes.missing(current, true) !== null) {
      this.#task.downloads.forEach((download) => download.abort());
    }
    this.look();
  }

  /** While the page is hidden nothing is begun. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) {
      this.look();
    }
  }

  stop(): void {
    this.#paused = true;
    this.#task?.downloads.forEach((download) => download.abort());
  }

  /** Whether the browser holds no more. */
  async #run(task: Task): Promise<boolean> {
    const asked = performance.now();
    const timer = setInterval(() => this.#reconsider(task, (performance.now() - asked) / 1000), RECONSIDERED_MS);
    try {
      await this.#load(task);
      return false;
    } catch (error) {
      if (error instanceof Full) {
        this.#shrink(task.files);
        return true;
      }
      this.#stage.failed(task.files, error instanceof PlayerError ? error : new PlayerError('decode', String(error)));
      return false;
    } finally {
      clearInterval(timer);
    }
  }

  /** No more is held from now on than this browser proved to hold. */
  #shrink(files: ClipFiles): void {
    const { bufferBytes, backBytes } = this.#limits;
    const share = (SAFE_SHARE * (this.#stage.feeder(files)?.bytesHeld ?? 0)) / (bufferBytes + backBytes);
    // One that refuses the first unit itself says nothing of how many it would hold.
    if (share > 0 && share < 1) {
      this.#limits.bufferBytes *= share;
      this.#limits.backBytes *= share;
    }
  }

  /** A unit of what plays that comes too slowly is given up for one of a lower rung. */
  #reconsider({ files, unit, rung, downloads: [picture] }: Task, seconds: number): void {
    const current = this.#stage.at(0);
    const file = files.rungs[rung];
    const end = file?.unitEnds[unit];
    if (current?.files !== files || !picture || picture.done || end === undefined || current.feeder?.held(unit) !== null) {
      return;
    }
    const flight = { rung, bytes: end - (file?.unitEnds[unit - 1] ?? 0), bytesCome: picture.bytes, seconds };
    const lower = this.#policies.bitrate.abandon(this.#wishes.bitrateState(current, unit), flight);
    if (lower !== null && lower < rung) {
      this.#wishes.instead = { files, unit, rung: within(lower, files.rungs) };
      picture.abort();
    }
  }

  async #load({ files, unit, rung, downloads }: Task): Promise<void> {
    const file = files.rungs[rung];
    if (!file) {
      return;
    }
    const picture = files.fetch(file, unit);
    downloads.push(picture);
    const feeder = this.#stage.feeder(files);
    if (typeof feeder?.held(unit) === 'number' && !(await this.#mayReplace(files, unit, picture))) {
      files.release(file, unit);
      return;
    }
    const work: Promise<unknown>[] = [feeder ? feeder.feedPicture(unit, rung, picture) : picture.finished];
    if (this.#stage.at(0)?.files === files) {
      work.push(this.#loadSound(files, unit, downloads));
    } else {
      work.push(picture.finished.then(() => (picture.error ? undefined : this.#loadSound(files, unit, downloads))));
    }
    await Promise.all(work);
    if (picture.error) {
      throw picture.error;
    }
    this.#wishes.came({ files, unit, rung });
    const fed = (await work[0]) as { again?: boolean } | undefined;
    this.#stage.fed(files, unit, rung, fed?.again ?? false);
    await this.#trim(files);
  }

  /**
   * A unit in place of one of a lower rung comes to its end before it is put in: as it comes, it would take pictures out of
   * the buffer that may be played before those in their place are there. False: by then they are played.
   */
  async #mayReplace(files: ClipFiles, unit: number, picture: Download): Promise<boolean> {
    await picture.finished;
    if (picture.error) {
      throw picture.error;
    }
    const current = this.#stage.at(0);
    return current?.files !== files || mayReplace(files.units ?? [], unit, current.currentTime, REPLACING_SECONDS);
  }

  /** The sound that is heard with a unit of picture. */
  async #loadSound(files: ClipFiles, unit: number, downloads: Download[]): Promise<void> {
    const { sound } = files.clip;
    if (!sound) {
      return;
    }
    const [span, units] = [files.units?.[unit], files.soundUnits];
    const [from, to] = span && units?.length ? [unitAt(units, span.from), unitAt(units, span.to - 0.001)] : [0, 0];
    for (let place = from; place <= to; place++) {
      const feeder = this.#stage.feeder(files);
      if (!feeder?.holdsSound(place)) {
        const download = files.fetch(sound, place);
        downloads.push(download);
        await (feeder ? feeder.feedSound(place, download) : download.finished);
        if (download.error) {
          throw download.error;
        }
      }
    }
  }

  /** What was played longest ago leaves the buffer when it is more than may be kept. */
  async #trim(files: ClipFiles): Promise<void> {
    const current = this.#stage.at(0);
    const { units } = files;
    if (current?.files !== files || !units || !current.feeder) {
      return;
    }
    const { feeder, currentTime } = current;
    const playing = unitAt(units, currentTime);
    for (let unit = 0; unit < playing && feeder.bytesHeld > this.#limits.bufferBytes + this.#limits.backBytes; unit++) {
      await feeder.drop(unit);
    }
  }
}
