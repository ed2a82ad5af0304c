import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import Docker from "dockerode";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeDocker, sandboxImage } from "../../docker.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";
import { connecting, python, slotForAll } from "./inside.ts";

/** Where an attack could work, what it does when it works is harmless: it writes what is there already, or nothing. */
describeDocker("attacks of a worker on what is around its container", () => {
  const { run, said } = slotForAll();

  /** What a command says that ends with an exit code other than 0; null: it did not. */
  async function refusal(command: string): Promise<string | null> {
    const result = await run(command);
    return result.outcome === "exited" && result.exit !== 0 ? textOf(result) : null;
  }

  describe("the engine and the network", () => {
    it("no socket of the engine, nor any other", async () => {
      expect(await refusal("ls /var/run/docker.sock")).toMatch(/No such file/);
      expect(await said("find / -xdev -type s 2>/dev/null; find /run /tmp /dev -type s")).toBe("");
    });

    it("one interface, which leads nowhere", async () => {
      expect(await said("ls /sys/class/net")).toBe("lo\n");
      expect(await said("tail -n +2 /proc/net/route")).toBe("");
    });

    it.each([
      ["where clouds keep credentials", "169.254.169.254", 80],
      ["the gateway of the engine's bridge", "172.17.0.1", 22],
      ["the internet", "192.0.2.1", 443],
      ["the internet, by IPv6", "2001:db8::1", 443],
    ])("%s is not reached", async (_, host, port) => {
      expect(await said(python(connecting(host, port)))).toMatch(/unreachable|Cannot assign/);
    });

    it("names are not found", async () => {
      expect(await refusal("getent hosts localhost.example; getent ahosts example.com")).toMatch(/^$/);
      expect(await said(python(connecting("example.com", 80)))).toMatch(/name resolution|not known/);
    });

    it("the host's ports are not reached, whatever they listen on", async () => {
      const server = await listening(() => createServer((socket) => socket.end()).listen(0, "0.0.0.0"));
      const { port } = server.address() as AddressInfo;
      const own = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
      for (const { address } of own.filter(({ family }) => family === "IPv4"))
        expect(await said(python(connecting(address, port)))).toMatch(/unreachable|refused/);
    });

    it("the host's abstract sockets are not reached", async () => {
      const name = `harness-attack-${process.pid}`;
      await listening(() => createServer((socket) => socket.end()).listen(`\0${name}`));
      const program = `
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\\0${name}")
    print("connected")
except OSError as error: print(error)`;
      expect(await said(python(program))).toMatch(/refused/);
    });

    it("another container is not reached, though the host reaches it", async () => {
      const address = await neighbour();
      const fromHost = await fetch(`http://${address}:8000/`);
      expect(fromHost.ok).toBe(true);
      expect(await said(python(connecting(address, 8000)))).toMatch(/unreachable/);
    });

    it.each(["AF_PACKET, socket.SOCK_RAW", "AF_INET, socket.SOCK_RAW, 1", "AF_INET6, socket.SOCK_RAW, 58"])(
      "no raw socket (%s)",
      async (kind) =>
        expect(await refusal(python(`import socket\nsocket.socket(socket.${kind})`))).toMatch(
          /not permitted/,
        ),
    );
  });

  describe("the kernel", () => {
    it("no capability is left, nor a way to one; calls are filtered", async () => {
      const status = await said("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status");
      const none = "0".repeat(16);
      for (const set of ["Inh", "Prm", "Eff", "Bnd", "Amb"]) expect(status).toContain(`Cap${set}:\t${none}`);
      expect(status).toContain("NoNewPrivs:\t1");
      expect(status).toContain("Seccomp:\t2");
    });

    it.each([
      ["mount -t tmpfs none /workspace", /superuser|permission denied/],
      ["mount -o remount,rw /", /superuser|permission denied/],
      ["mount --bind / /workspace", /superuser|permission denied/],
      ["umount /workspace", /superuser|not permitted/],
      ["umount -l /proc", /superuser|not permitted/],
      ["mknod disk b $(stat -c '%Hd %Ld' /workspace)", /not permitted/],
      ["mknod null c 1 3", /not permitted/],
      ["unshare --user true", /not permitted/],
      ["unshare --map-root-user true", /not permitted/],
      ["unshare --mount true", /not permitted/],
      ["unshare --net true", /not permitted/],
      ["unshare --pid true", /not permitted/],
      ["nsenter --target 1 --mount true", /[Pp]ermission denied/],
      ["nsenter --target 1 --net true", /[Pp]ermission denied/],
      ["chroot /tmp true", /not permitted/],
      ["pivot_root . .", /not permitted/],
      ["echo h > /proc/sysrq-trigger", /Read-only|Permission denied|No such file/],
      ["mkdir /sys/fs/cgroup/memory/mine /sys/fs/cgroup/mine", /Read-only/],
      ["head -c 1 /proc/kcore | grep .", /denied|No such file|^$/],
      ["cat /dev/mem", /No such file/],
      ["cat /dev/kmsg", /No such file/],
      ["dmesg", /not permitted/],
      ["date -s @$(date +%s)", /not permitted/],
      ["hostname mine", /root/],
      ["cat /dev/tty", /No such device/],
      ["tty", /not a tty/],
      ["ulimit -n 1000000", /cannot modify/],
      ["ulimit -f unlimited", /cannot modify/],
      ["ulimit -c unlimited", /cannot modify/],
      ["renice -n -5 $$", /[Pp]ermission denied/],
      ["echo -1000 > /proc/self/oom_score_adj", /[Pp]ermission denied/],
    ])("%s", async (command, why) => expect(await refusal(command)).toMatch(why));

    it.each([
      "kernel/core_pattern",
      "kernel/modprobe",
      "vm/overcommit_memory",
      "kernel/hostname",
      "net/ipv4/ip_forward",
    ])("/proc/sys/%s cannot be written, not even as it is", async (file) =>
      expect(await refusal(`cat /proc/sys/${file} > /tmp/was && cat /tmp/was > /proc/sys/${file}`)).toMatch(
        /Read-only|denied|No such file/,
      ),
    );

    it("no file of a control group can be written", async () => {
      const files =
        "/sys/fs/cgroup/{,*/}{release_agent,notify_on_release,cgroup.procs,memory.max,memory.limit_in_bytes}";
      const written = await said(
        `for file in ${files}; do [ -e $file ] || continue; echo tried; (cat $file > /tmp/was; cat /tmp/was > $file) 2>/dev/null && echo "wrote $file"; done; true`,
      );
      expect(written).toContain("tried");
      expect(written).not.toContain("wrote");
    });

    it.each([
      ["keyctl", "250, 0, -3, 1"],
      ["bpf", "321, 0, 0, 0"],
      ["ptrace of process 1", "101, 16, 1, 0, 0"],
      ["memory of process 1", "310, 1, 0, 0, 0, 0, 0"],
      ["perf_event_open", "298, 0, 0, -1, -1, 0"],
      ["userfaultfd", "323, 0"],
      ["setns", "308, 0, 0"],
      ["init_module", "175, 0, 0, 0"],
      ["kexec_load", "246, 0, 0, 0, 0"],
      ["open_by_handle_at", "304, 0, 0, 0"],
      ["fsopen", "430, 0, 0"],
      ["unshare of users", "272, 0x10000000"],
      ["clone into new users", "56, 0x10000011, 0, 0, 0, 0"],
      ["swapoff", "168, 0"],
    ])("the call %s", async (_, call) => {
      // Numbers of x86-64; where the machine is another, what is asked there is not known here.
      if ((await said("uname -m")) !== "x86_64\n") return;
      const program = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(${call}), errno.errorcode.get(ctypes.get_errno()))`;
      expect(await said(python(program))).toBe("-1 EPERM\n");
    });

    it("no terminal to push input into", async () => {
      const program = `
import fcntl, termios
for fd in (0, 1, 2):
    try: fcntl.ioctl(fd, termios.TIOCSTI, b"x"); print("pushed")
    except OSError as error: print(error.strerror)`;
      expect(await said(python(program))).not.toContain("pushed");
    });

    it("no descriptor of anybody else is left open", async () => {
      expect(
        await said(
          "for fd in /proc/self/fd/*; do echo ${fd##*/}; done | head -3; readlink /proc/$$/fd/* | grep -v pipe:",
        ),
      ).toBe("0\n1\n2\n/dev/null\n");
    });
  });

  describe("other processes and users", () => {
    it("process 1 is not killed, traced or read", async () => {
      expect(await refusal("kill -9 1")).toMatch(/not permitted/);
      expect(await refusal("cat /proc/1/environ")).toMatch(/denied/);
      expect(await refusal("ls /proc/1/root/")).toMatch(/denied/);
      expect(await refusal("ls /proc/1/cwd/")).toMatch(/denied/);
      expect(await refusal("echo x > /proc/1/oom_score_adj")).toMatch(/denied/);
    });

    it("kill -9 -1 ends what is the worker's and leaves the container", async () => {
      await said("sleep 1000 > /dev/null 2>&1 & echo started");
      await run("kill -9 -1");
      expect(
        await said("ps -eo comm= | grep -c '^sleep' ; ps -u $(id -u) -o comm= | sort -u | tr '\\n' ' '"),
      ).toBe("1\nbash ps sort tr ");
    });

    it("nobody's environment holds what is the host's", async () => {
      process.env["HARNESS_ATTACK_SECRET"] = "of the host";
      onTestFinished(() => void delete process.env["HARNESS_ATTACK_SECRET"]);
      const environments = await said(
        "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | sort -u; true",
      );
      expect(environments).toContain("HOME=/home/worker");
      expect(environments).not.toContain("of the host");
    });

    it("no process of the host is seen", async () => {
      const pids = (await said("ls /proc | grep -E '^[0-9]+$'")).trim().split("\n");
      expect(pids.length).toBeLessThan(12);
      expect(await refusal(`kill -0 ${process.pid}`)).toMatch(/No such process/);
    });

    it("there is no way to be somebody else", async () => {
      expect(await refusal("sudo -n id")).toMatch(/not found/);
      expect(await refusal("echo | su -c id")).toMatch(/failure|Authentication/);
      expect(await refusal(python("import os\nos.setuid(0)"))).toMatch(/not permitted/);
      expect(await refusal(python("import os\nos.setgroups([0])"))).toMatch(/not permitted/);
    });
  });

  describe("files of the image", () => {
    it.each(["/etc/x", "/usr/bin/x", "/var/tmp/x", "/run/x", "/root/x", "/x", "/sys/x"])(
      "%s cannot be made",
      async (file) => expect(await refusal(`echo x > ${file}`)).toMatch(/Read-only|denied/),
    );

    it.each(["/tmp", "/dev/shm", "$HOME"])("what lies in %s is not run", async (dir) => {
      expect(await refusal(`cp /bin/true ${dir}/run && ${dir}/run`)).toMatch(/denied/);
    });

    it("a link does not give what is not the worker's", async () => {
      expect(await refusal("ln /etc/passwd hard")).toMatch(/cross-device/);
      expect(await refusal("ln -s /etc/shadow soft && cat soft")).toMatch(/denied/);
      expect(await refusal("ln -s / up && echo x > up/etc/x")).toMatch(/Read-only/);
    });

    it("a setuid copy gives no rights", async () => {
      const copied = await said(
        "cp $(command -v bash) mine; chmod 6755 mine; ./mine -p -c 'id -u; id -g'; stat -c %u mine",
      );
      expect(copied).toBe(await said("id -u; id -g; id -u"));
    });
  });
});

async function listening(listen: () => Server): Promise<Server> {
  const server = listen();
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server;
}

/** A container on the engine's bridge that serves HTTP on port 8000. @returns its address, once it answers */
async function neighbour(): Promise<string> {
  const container = await new Docker().createContainer({
    Image: await sandboxImage(),
    Cmd: ["python3", "-m", "http.server", "--directory", "/tmp", "8000"],
    HostConfig: { NetworkMode: "bridge" },
  });
  onTestFinished(() => container.remove({ force: true }));
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const address = NetworkSettings.Networks["bridge"]?.IPAddress ?? "";
  for (;;) {
    const answer = await fetch(`http://${address}:8000/`).catch(() => null);
    if (answer !== null) return address;
    await pause(50);
  }
}
