// `npm start`: sets the clone up, then runs mien, in one process, which package.json puts in the place of npm's shell (`exec`).
// Between npm and mien that shell would die of a SIGTERM meant for mien, and leave the camera running.
import './setup.mjs';

await import('../bin/mien.js');
