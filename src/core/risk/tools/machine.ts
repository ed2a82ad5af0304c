import { isUnknown } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import {
  changesOutside,
  destroys,
  needsRights,
  ownCode,
  reaches,
  reads,
  trusted,
  unknownCode,
  writes,
} from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { given, has, valuesOf } from "../options.ts";
import { bySpec, givenBy, pathsFindings, suspectPaths } from "../spec.ts";

/** What asks or changes the machine: processes, users, services, devices, keys. */
export const machineTools: Tools = {
  ps,
  ...each(
    "top-b pgrep pidof pstree uptime uname hostname-s nproc free vmstat iostat mpstat lscpu lsmem lsblk lspci lsusb lsmod lsof-x id whoami who w users groups tty locale getconf ulimit-x tput stty-a date cal ncal seq sleep true false yes factor expr bc dc numfmt-x units echo printf pwd which whereis type whatis apropos man-x tldr info-x help test [ logname lastlog-x sync clear reset nohup-x uuidgen cowsay figlet lolcat fortune neofetch fastfetch screenfetch banner jot primes cloc scc tokei gcov-x wcalc basenc printenv env-x getopt getopts toilet ldconfig-p pathchk-x lsof ss netstat htop top btop dmidecode-x acpi sensors last",
    bySpec({ operands: "none" }),
  ),
  date: (call) =>
    has(givenBy(call.args, { valued: "-d -r -f --date --reference" }), "-s --set")
      ? [needsRights("date sets the clock")]
      : [
          reads("date says what time it is"),
          ...pathsFindings(
            valuesOf(
              givenBy(call.args, { valued: "-d -r -f --date --reference --file" }),
              "-f -r --file --reference",
            ),
            "read",
            call.cwd,
          ),
        ],
  hostname: (call) =>
    call.args.some(({ shape }) => !shape.startsWith("-"))
      ? [needsRights("hostname renames the machine")]
      : [reads("hostname reads")],
  bc: (call) => [
    reads("bc calculates"),
    ...pathsFindings(
      call.args.filter(({ shape }) => !shape.startsWith("-")),
      "read",
      call.cwd,
    ),
  ],
  dc: (call) =>
    call.input.kind === "none" && !call.args.some(({ shape }) => /!/.test(shape))
      ? [reads("dc calculates")]
      : call.args.some(({ shape }) => /!/.test(shape))
        ? call.args.flatMap((text) =>
            text.shape.includes("!")
              ? hiddenCommand("dc runs a command", {
                  ...text,
                  shape: text.shape.slice(text.shape.indexOf("!") + 1),
                })
              : [],
          )
        : [writes("dc calculates what it is sent")],
  man,
  ...each("info", (call) => [
    reads("info reads"),
    ...(call.args.some(({ shape }) => /^(?:-o|--output|--init-file|--restore)/.test(shape))
      ? [writes("info writes")]
      : []),
  ]),
  sysctl: (call) =>
    call.args.some(({ shape }) => /^-[wp]$|=|--write|--load|--system/.test(shape))
      ? [needsRights("sysctl changes the kernel")]
      : [reads("sysctl reads")],
  ...each("ip ifconfig route arp nmcli iw iwconfig ethtool brctl bridge tc wpa_cli", network),
  ...each("kill", (call) =>
    call.args.some(({ shape }) => /^-l$|^-L$|^--list$/.test(shape))
      ? [reads("kill lists signals")]
      : killed(call),
  ),
  ...each("pkill killall skill killall5 fuser xkill", (call) =>
    call.name === "fuser" && !call.args.some(({ shape }) => /^-\w*k/.test(shape))
      ? [reads("fuser lists")]
      : [trusted(`${call.name} ends processes by name`)],
  ),
  ...each("crontab at batch anacron fcron systemd-run launchctl", (call) =>
    call.args.some(({ shape }) => shape === "-l") && call.name !== "batch"
      ? [reads("it lists what is scheduled")]
      : [trusted(`${call.name} makes something run later`)],
  ),
  ...each("atq", () => [reads("it lists what is scheduled")]),
  ...each(
    "systemctl service initctl rc-service sv s6-svc supervisorctl pm2 monit loginctl journalctl hostnamectl timedatectl localectl resolvectl-x busctl networkctl",
    services,
  ),
  ...each("shutdown reboot halt poweroff init telinit", (call) => [
    needsRights(`${call.name} stops the machine`),
  ]),
  ...each("modprobe insmod rmmod depmod kexec bpftool bpftrace perf-x kmod dkms", (call) => [
    needsRights(`${call.name} changes the kernel`),
  ]),
  ...each("iptables ip6tables nft ufw firewall-cmd ipset ebtables fail2ban-client pfctl", (call) => [
    needsRights(`${call.name} changes the firewall`),
  ]),
  ...each(
    "useradd adduser usermod userdel deluser groupadd addgroup groupmod groupdel passwd chpasswd chage gpasswd visudo vipw vigr newusers chsh chfn newgrp sg login pwconv",
    (call) => [needsRights(`${call.name} changes users and their rights`)],
  ),
  ...each(
    "update-alternatives alternatives update-rc.d chkconfig systemd-sysusers systemd-tmpfiles authconfig setenforce setsebool semanage restorecon aa-disable apparmor_parser auditctl grub-install update-grub update-initramfs dracut mkinitcpio efibootmgr lvremove vgremove pvremove lvcreate vgcreate pvcreate lvresize mdadm zpool zfs btrfs bcache dmsetup mke2fs tune2fs resize2fs e2fsck xfs_repair badblocks sgdisk gdisk cfdisk partprobe kpartx udisksctl udevadm udevil pmount keyctl setpci flashrom fwupdtool newuidmap aa-exec aa-teardown semodule sysdig falco criu dracut depmod swaplabel mdmon eject locale-gen dpkg-divert tzselect hwclock chronyc ntpdate update-ca-certificates",
    (call) => [needsRights(`${call.name} changes the machine`)],
  ),
  ...each("dmesg", (call) => [
    call.args.some(({ shape }) => /^-[cCDEn]|--clear|--console/.test(shape))
      ? needsRights("dmesg changes the kernel's log")
      : reads("dmesg reads the kernel's log"),
  ]),
  ...each(
    "ssh-add ssh-agent ssh-keygen keychain kinit klist pkcs11-tool p11tool certbot mkcert step cfssl vault-x age-keygen",
    (call) =>
      /^ssh-keygen$/.test(call.name) && call.args.some(({ shape }) => shape.startsWith("-l"))
        ? [
            ...pathsFindings(
              call.args.filter(({ shape }) => !shape.startsWith("-")),
              "read",
              call.cwd,
            ),
            reads("ssh-keygen shows a fingerprint"),
          ]
        : [trusted(`${call.name} concerns keys`)],
  ),
  ...each("gpg gpg2 gpgv gpg-agent gpgconf age rage minisign signify cosign", keys),
  ...each(
    "dtrace ptrace gcore reptyr rr valgrind-x nsys frida radare2 r2 perf pstack jmap jstack jattach",
    (call) => [trusted(`${call.name} reads and changes other processes`)],
  ),
  ...each("logger wall write mesg notify-send talk", (call) => [
    changesOutside(`${call.name} tells others something`),
  ]),
  ...each("xclip xsel pbcopy pbpaste wl-copy wl-paste clip.exe", (call) => [
    trusted(`${call.name} uses the clipboard of the person`),
  ]),
  ...each("screencapture scrot import-x xdotool ydotool xte wmctrl say espeak arecord ffmpeg-x", (call) => [
    trusted(`${call.name} uses the desk of the person`),
  ]),
  ...each(
    "defaults dscl plutil security-x csrutil spctl nvram scutil networksetup systemsetup pmset diskutil hdiutil codesign tccutil sqlplus-x reg reg.exe powershell.exe cmd cmd.exe wsl wsl.exe",
    (call) => [trusted(`${call.name} changes the machine or runs anything`)],
  ),
  ...each("getent", (call) =>
    /^g?shadow$/.test(call.args[0]?.shape ?? "")
      ? [trusted("getent tells about users")]
      : /hosts|networks|netgroup/.test(call.args[0]?.shape ?? "") &&
          !/^(?:localhost|)$/.test(call.args[1]?.shape ?? "")
        ? [reaches("getent asks for a name")]
        : [reads("getent looks something up")],
  ),
  ...each("renice dbus-send gdbus qdbus busctl-x wmctrl loadkeys setterm-x", (call) => [
    trusted(`${call.name} acts on other programs`),
  ]),
  ...each("stty", () => [reads("stty concerns the terminal")]),
  ...each("history", (call) => [
    call.args.some(({ shape }) => /^-[cdwanr]/.test(shape))
      ? trusted("history changes what the shell remembers")
      : reads("history lists"),
  ]),
  ...each("tmux screen zellij dtach abduco byobu", (call) =>
    /^(?:ls|list-\w+|-ls|-V|-v)$/.test(call.args[0]?.shape ?? "")
      ? [reads(`${call.name} lists`)]
      : [unknownCode(`${call.name} runs what it is told, in a shell of its own`)],
  ),
  ldconfig: (call) =>
    call.args.some(({ shape }) => /^-\w*p$|^--print-cache$|^-V$/.test(shape))
      ? [reads("ldconfig -p lists libraries")]
      : [needsRights("ldconfig changes the machine")],
  ...each(
    "tmpreaper tmpwatch logrotate bleachbit stacer cruft-remover fdupes jdupes rdfind rmlint duperemove",
    (call) =>
      call.args.some(({ shape }) => /^(?:-d|--test|--debug|-n|--dry-?run|-t)$|^--help$/.test(shape)) &&
      !call.name.endsWith("dupes")
        ? [ownCode(`${call.name} only tries`)]
        : /dupes$|rdfind|rmlint/.test(call.name) &&
            !call.args.some(({ shape }) => /^-\w*[dN]|delete/.test(shape))
          ? [ownCode(`${call.name} looks for doubles`)]
          : [destroys(`${call.name} removes files`)],
  ),
  ...each("trash-empty trash-rm empty-trash gvfs-trash", (call) => [destroys(`${call.name} removes files`)]),
  gio: (call) => {
    const verb = call.args[0]?.shape ?? "";
    if (/^(?:info|list|tree|cat|version|help|mime)$/.test(verb))
      return [reads(`gio ${verb} reads`), ...suspectPaths(call.args, call.cwd)];
    return [
      /^(?:trash|remove)$/.test(verb)
        ? destroys(`gio ${verb} removes files`)
        : trusted(`gio ${verb} acts on the desk of the person`),
    ];
  },
  ...each("ipcs lsipc", () => [reads("it lists")]),
  ...each("ldd", (call) => [ownCode("ldd may run the program"), ...suspectPaths(call.args, call.cwd)]),
  ...each("setcap setfacl chattr chown chgrp", (call) => [
    needsRights(`${call.name} changes who may do what`),
  ]),
};

/** With `e` among BSD options it shows the environments of processes. */
function ps(call: Call): Outcome {
  const found = given(call.args, {
    valued: "-C -g -G -o -O -p -q -s -t -u -U --format --sort --pid --ppid --quick-pid --user --group --tty",
  });
  const words = found.operands.filter(
    (_, index, all) => !/^[a-zA-Z]*[oOkpqtU]$/.test(all[index - 1]?.shape ?? ""),
  );
  const isAll =
    words.some(({ shape }) => /^[a-zA-Z]*e[a-zA-Z]*$/.test(shape)) ||
    call.args.some(({ shape }) => /^-(?=\w*u\w*x|\w*x\w*u)\w*e|\benviron\b|^-\w*E/.test(shape));
  return [isAll ? trusted("ps shows the environment of processes") : reads("ps lists processes")];
}

function man(call: Call): Outcome {
  const isRunning = call.args.some(({ shape }) =>
    /^-[HP]|^--(?:html|pager|browser)|^-C|^--config|^-[lXZTt]?P/.test(shape),
  );
  return [
    reads("man reads"),
    ...(isRunning
      ? [
          ...valuesOf(given(call.args, { valued: "-P --pager -H --html" }), "-P --pager -H --html").flatMap(
            (command) => hiddenCommand("man runs a pager or a browser of its own", command),
          ),
          ownCode("man runs a pager"),
        ]
      : []),
    ...(call.args.some(({ shape }) => /^-C|^--config/.test(shape))
      ? [unknownCode("man takes its settings from a file")]
      : []),
  ];
}

function network(call: Call): Outcome {
  const words = call.args.map(({ shape }) => shape).filter((shape) => !shape.startsWith("-"));
  const isChanging = words.some((word) =>
    /^(?:add|del|delete|set|change|replace|flush|up|down|exec|netns|connect|disconnect|append|modify|link-set|down|mtu|netmask|hw)$/.test(
      word,
    ),
  );
  const isReading = call.name === "ip" ? !isChanging : words.length <= 1 && !isChanging;
  return [
    isReading ? reads(`${call.name} lists`) : needsRights(`${call.name} changes the network of the machine`),
  ];
}

/** A process this shell started may be ended; process 1, groups and whatever is named otherwise not. */
function killed(call: Call): Outcome {
  const targets = call.args.filter(
    ({ shape }, index) => !(index === 0 && /^-[A-Z0-9]/i.test(shape)) && shape !== "--",
  );
  const isOwn =
    targets.length > 0 &&
    targets.every(
      (target) => /^%|^\uE001$|^\d{2,}$/.test(target.shape) || (isUnknown(target) && !target.isOutput),
    );
  return [isOwn ? writes("kill ends a process") : trusted("kill ends processes of others")];
}

function services(call: Call): Outcome {
  const words = call.args.map(({ shape }) => shape).filter((shape) => !shape.startsWith("-"));
  if (call.name === "journalctl")
    return [
      call.args.some(({ shape }) => /^--(?:vacuum|rotate|flush|sync)/.test(shape))
        ? needsRights("it removes logs")
        : reads("it reads logs"),
    ];
  const isReading =
    words.length === 0 ||
    words.some((word) =>
      /^(?:status|is-active|is-enabled|is-failed|list-\w+|show|cat|list|ls|--version)$/.test(word),
    );
  return [isReading ? reads(`${call.name} lists`) : needsRights(`${call.name} changes services`)];
}

function keys(call: Call): Outcome {
  const found = given(call.args, {
    valued: "-o --output -r --recipient -u --local-user --homedir --keyserver --passphrase",
  });
  if (has(found, "--version --help --list-keys --fingerprint --list-packets --print-md -k"))
    return [reads(`${call.name} lists`)];
  if (has(found, "--verify")) return [reads("it checks a signature")];
  return [
    trusted(`${call.name} uses keys`),
    ...(call.args.some(({ shape }) =>
      /^--(?:send|recv|receive|refresh|search|fetch|locate|keyserver)/.test(shape),
    )
      ? [changesOutside("it talks to a server of keys")]
      : []),
  ];
}
