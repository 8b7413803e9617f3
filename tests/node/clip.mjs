// What three.js makes of a motion file: world joints at k / rate, as JSON.
//   node clip.mjs FILE FRAMES FRAME_TIME_S
import { readFileSync } from "node:fs";
import * as THREE from "three";
import { BVHLoader } from "three/addons/loaders/BVHLoader.js";
import { FBXLoader } from "three/addons/loaders/FBXLoader.js";

const [path, frames, frameTime] = process.argv.slice(2);

function load() {
  if (path.endsWith(".bvh")) {
    const { skeleton, clip } = new BVHLoader().parse(readFileSync(path, "utf8"));
    return { root: skeleton.bones[0], clip };
  }
  globalThis.window = globalThis;
  const bytes = readFileSync(path);
  const root = new FBXLoader().parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), "");
  return { root, clip: root.animations[0] };
}

const { root, clip } = load();
const bones = [];
root.traverse((node) => node.isBone && node.name !== "ENDSITE" && bones.push(node));
const others = [];
root.traverse((node) => node !== root && !node.isBone && others.push(node.name));

function joints() {
  root.updateMatrixWorld(true);
  return bones.map((bone) => bone.getWorldPosition(new THREE.Vector3()).toArray());
}

const rest = joints();
const mixer = new THREE.AnimationMixer(root);
const action = mixer.clipAction(clip);
action.setLoop(THREE.LoopOnce);
action.clampWhenFinished = true;
action.play();
const moving = [];
for (let k = 0; k < Number(frames); k++) {
  mixer.setTime(k * Number(frameTime));
  moving.push(joints());
}
const times = clip.tracks.map((track) => track.times);
console.log(
  JSON.stringify({
    names: bones.map((bone) => bone.name),
    parents: bones.map((bone) => (bone.parent?.isBone ? bone.parent.name : "")),
    others,
    rest,
    joints: moving,
    frames: Math.max(...times.map((t) => t.length)),
    first_s: Math.min(...times.map((t) => t[0])),
    last_s: Math.max(...times.map((t) => t[t.length - 1])),
    scale: root.scale.toArray(),
  }),
);
