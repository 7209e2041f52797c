import { randomBytes } from 'node:crypto';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { randomOf } from '../../tools/demonstration/random.mjs';

/**
 * What one run is given.
 *
 * @param {object} opened from `openRun`
 * @param {object} scenes from `openScenes`
 * @param {object} planned one of `planRuns`
 * @param {Record<string, number | string>} options
 * @returns `{ name, options, seed, control, random(label), scene(), ownScene(options), progress, directory, machine,
 *   undo(step), close() }`; `control` is the red control to run, or null
 */
export function openFault(opened, scenes, { name, controls }, options) {
  const seed = options.seed === '' ? randomBytes(4).toString('hex') : options.seed;
  const control = options.break === '' ? null : options.break;
  if (control !== null && !(control in controls)) {
    throw new Obstacle(
      `--break ${control} is no red control of ${name}: ${Object.keys(controls).join(', ') || 'none'}.`,
    );
  }
  const { progress, directory, machine } = opened;
  progress.say(`${name}${control === null ? '' : `, broken on purpose: ${controls[control]}`} (seed ${seed})`);
  const undo = [];
  const began = performance.now();
  return {
    name,
    options,
    seed,
    control,
    /** Numbers of this run's own, the same again for the same seed and label. */
    random: (...labels) => randomOf(seed, name, ...labels),
    /** Tells this run from others on the same scene: for keys and titles. */
    label: `${name}-${randomBytes(3).toString('hex')}`,
    /** Servers, product and county, shared with the runs before and after: leave it as it was. */
    scene: () => scenes.shared(),
    /** One for this run alone. */
    ownScene: (changes) => scenes.own(changes),
    /** Since the run began. */
    elapsedSeconds: () => (performance.now() - began) / 1_000,
    progress,
    directory,
    machine,
    /** Last in, first undone, at the end of this run, also when it fails. */
    undo: (step) => undo.push(step),
    async close() {
      for (const step of undo.splice(0).reverse()) {
        await Promise.resolve(step()).catch((error) => progress.say(`✗ ${error.message}`));
      }
    },
  };
}
