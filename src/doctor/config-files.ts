/** What a unit file's ExecStart takes for one word. Source: systemd.service(5), "Command lines"; "%" is a specifier. */
export function quoteForUnit(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@:./=+,-]+$/.test(word) ? word : `"${escaped}"`;
}

/**
 * A file for /etc/modprobe.d: how v4l2loopback is to be loaded. Valid as it is; its comments say where it goes.
 *
 * @param parameters - as `loopbackParameters` gives them.
 */
export function modprobeFile(parameters: string): string {
  return `# How v4l2loopback makes mien's virtual camera. Keep this file:
#   mien doctor --print modprobe | sudo tee /etc/modprobe.d/mien.conf
# and have the module loaded at every start:
#   echo v4l2loopback | sudo tee /etc/modules-load.d/mien.conf
options v4l2loopback ${parameters}
`;
}

/**
 * A systemd user unit that runs mien in the background, the webcam open only while somebody watches.
 *
 * @param command - the program and the words before "run", absolute paths.
 */
export function systemdUnit(command: readonly string[]): string {
  return `# Runs mien in the background, from login to logout. Keep this file and start it:
#   mkdir -p ~/.config/systemd/user
#   mien doctor --print systemd > ~/.config/systemd/user/mien.service
#   systemctl --user daemon-reload
#   systemctl --user enable --now mien
# Without a webcam it waits for one, and shows a card; never the demo.
[Unit]
Description=mien, a virtual camera for video calls
After=pipewire.service wireplumber.service
Wants=pipewire.service
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
ExecStart=${[...command, 'run', '--source', 'camera', '--plain', '--on-demand'].map(quoteForUnit).join(' ')}
# A line of figures a second is not for the journal; what the user should know comes on standard error.
StandardOutput=null
StandardError=journal
Restart=on-failure
RestartSec=2

[Install]
WantedBy=default.target
`;
}
