// Which frames of a camera's video the page looked at and which it read, and whether these were the right ones.
//
// `cargo xtask specimen video --handheld` draws each frame's number into its top left corner (crates/specimen/src/mark.rs)
// and writes down which frames are good, fair and bad. The number is read here from the very pixels that the page's reader is given, inside
// its Web Worker. So what is judged is frames, in the video's own time: how fast the machine is has no say in it, as long
// as the page keeps up with the camera at all.

/** The number that is drawn into a picture's corner (RGBA, `width` pixels a row); -1 where there is none. */
export function markOf(rgba, width) {
  const [bits, cell] = [10, 8];
  const white = (bit, row) => rgba[4 * ((row * cell + cell / 2) * width + bit * cell + cell / 2) + 1] > 127;
  let number = 0;
  for (let bit = 0; bit < bits; bit++) {
    if (white(bit, 0) === white(bit, 1)) return -1;
    number = 2 * number + (white(bit, 0) ? 1 : 0);
  }
  return number;
}

/** Runs in the page's worker. */
async function install(mark) {
  // The same module as the reader's own import of it.
  const { Capture } = await import("/capture/shiming_capture.js");
  globalThis.looks = [];
  for (const method of ["inspect", "readFrame"]) {
    const own = Capture.prototype[method];
    Capture.prototype[method] = function (rgba, width, height, format, ...rest) {
      const answer = own.call(this, rgba, width, height, format, ...rest);
      const read = method === "readFrame";
      const { hint, refused } = JSON.parse(read ? answer.json : answer);
      globalThis.looks.push({ read, frame: mark(rgba, width), side: JSON.parse(format).side, hint, refused });
      return answer;
    };
  }
}

/**
 * Watches what the page's reader is given, from its start. The function that comes back tells: what was looked at and read
 * until now, in order.
 * @returns {() => Promise<{read: boolean, frame: number, side: string, hint?: string}[]>}
 */
export function watchReader(page) {
  let watched;
  page.on("worker", (worker) => {
    watched = { worker, begun: worker.evaluate(`(${install})(${markOf})`) };
  });
  return async () => {
    await watched.begun;
    return watched.worker.evaluate(() => globalThis.looks);
  };
}

/**
 * The camera is opened once the page's reader is there, as by a user who waits for the bar to be full; so what the page can
 * see begins with the video. For `page.addInitScript`.
 */
export function openCameraWhenReady() {
  let ready;
  const loaded = new Promise((resolve) => {
    ready = resolve;
  });
  const Native = globalThis.Worker;
  globalThis.Worker = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (data.kind === "answer" && data.answer?.models !== undefined) ready();
      });
    }
  };
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    await loaded;
    return open(wanted);
  };
}

/**
 * What the video says about the shot of `side`, in frames since the video was started first (the player repeats it):
 * `began`, the first that the page looked at for this side; `good`, where the first whole second of good frames after that
 * begins; `fired`, the newest that it had seen when it shot; and `read`, the numbers of the frames that it read.
 * @param {{fps: number, frames: {side: string, fitness: "good" | "fair" | "bad"}[]}} video
 * @param {{read: boolean, frame: number, side: string}[]} looks
 */
export function shotOf(video, looks, side) {
  const { fps, frames } = video;
  let turn = 0;
  let newest = 0;
  let began;
  let fired;
  const read = [];
  for (const look of looks) {
    if (!look.read) {
      // A number that falls: the video began anew.
      if (turn * frames.length + look.frame < newest) turn++;
      newest = turn * frames.length + look.frame;
    }
    if (look.side !== side) continue;
    began ??= newest;
    if (look.read) {
      fired ??= newest;
      read.push(look.frame);
    }
  }
  const isGood = (place) => {
    const frame = frames[place % frames.length];
    return frame.fitness === "good" && frame.side === side;
  };
  let good = began;
  while (good !== undefined && good < began + 2 * frames.length && !Array.from({ length: fps }, (_, n) => good + n).every(isGood)) good++;
  return { began, good, fired, read };
}

/** What is wrong with the shot of a side; nothing is as it should be. `soon` is in seconds of the video. */
export function faultsOfShot(video, looks, side, soon) {
  const { good, fired, read } = shotOf(video, looks, side);
  if (fired === undefined) return [`no shot of the ${side}`];
  const faults = [];
  for (const frame of read) {
    const taken = video.frames[frame];
    if (taken === undefined) faults.push(`a frame that is none of the video's was read`);
    else if (taken.side !== side) faults.push(`frame ${frame} was read for the ${side}, and shows the ${taken.side}`);
    else if (taken.fitness === "bad") faults.push(`frame ${frame} was read for the ${side}, and is bad`);
  }
  const latest = good + video.fps + soon * video.fps;
  if (fired > latest) faults.push(`shot at frame ${fired}, and frame ${latest} is ${soon} s after the first good second`);
  return faults;
}
