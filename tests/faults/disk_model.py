"""What a disk would hold after a power cut: the folder as it was, and of the logged changes those that were synced,
plus, of the others, none or a random part. See README.md for what is taken for durable when."""

import os
import pathlib
import shutil
import stat
import struct

RECORD = struct.Struct("<IIQQQQQQiHHII")
MAGIC = 0x48465243
SECTOR = 512
(OPEN, CREATE, WRITE, TRUNCATE, ALLOCATE, RENAME, LINK, UNLINK, MAKE_FOLDER, REMOVE_FOLDER, SYNC, SYNC_ALL, MODE,
 MAPPED) = range(14)
KIND_NAMES = ["open", "create", "write", "truncate", "allocate", "rename", "link", "unlink", "make_folder",
              "remove_folder", "sync", "sync_all", "mode", "mapped"]

DROP_ALL, PREFIX, SECTORS = "drop_all", "prefix", "sectors"
WAYS = [DROP_ALL, PREFIX]


def records(log, position=0):
    """Header, both names, data and end of each record of a log. One that its writer's death cut short never counted."""
    data = pathlib.Path(log).read_bytes()
    while position + RECORD.size <= len(data):
        fields = RECORD.unpack_from(data, position)
        if fields[0] != MAGIC:
            raise AssertionError(f"the log has no record at {position}")
        start = position + RECORD.size
        name_bytes, name2_bytes, data_bytes = fields[9:12]
        position = start + name_bytes + name2_bytes + data_bytes
        if position > len(data):
            return
        names = data[start:position - data_bytes]
        yield (fields, names[:name_bytes].decode(), names[name_bytes:].decode(), data[position - data_bytes:position],
               position)


class Change:
    """One change of a file's bytes or of a folder's names. `lost` is set by a failed sync: no later sync saves it.
    `needs` is another change that is never later on the disk than this one."""

    def __init__(self, sequence, apply, needs=None):
        self.sequence, self.apply, self.needs = sequence, apply, needs
        self.durable = self.lost = self.kept = False

    @property
    def stays(self):
        return self.durable or self.kept

    def make_durable(self):
        self.durable = True
        if self.needs:
            self.needs.make_durable()

    def keep(self):
        self.kept = True
        if self.needs:
            self.needs.keep()


class Node:
    """A file (bytes) or a folder (names to nodes) with the changes since the last time all was durable."""

    def __init__(self, content, mode):
        self.base, self.mode, self.changes = content, mode, []

    @property
    def is_folder(self):
        return isinstance(self.base, dict)

    def copy_base(self):
        return dict(self.base) if self.is_folder else bytearray(self.base)

    def change(self, sequence, apply, needs=None):
        self.changes.append(Change(sequence, apply, needs))
        return self.changes[-1]

    def synced(self, upto):
        for change in self.changes:
            if change.sequence <= upto and not change.lost:
                change.make_durable()
        while self.changes and self.changes[0].durable:
            self.changes.pop(0).apply(self.base)

    def sync_failed(self, upto):
        """Bytes are lost then, names are not: see README.md."""
        if self.is_folder:
            return
        for change in self.changes:
            if change.sequence <= upto and not change.durable:
                change.lost = True

    def now(self):
        """With every change, as the running program sees it."""
        content = self.copy_base()
        for change in self.changes:
            change.apply(content)
        return content

    def choose_kept(self, way, random):
        """Of the changes that no sync covers, those that reached the disk anyhow: the first so many of each node."""
        open_ones = [change for change in self.changes if not change.durable]
        if way != DROP_ALL:
            for change in open_ones[:random.randrange(len(open_ones) + 1)]:
                change.keep()

    def after_cut(self, way, random):
        content = self.copy_base()
        torn = next((change for change in self.changes if not change.stays), None)
        for change in self.changes:
            if change.stays:
                change.apply(content)
            elif isinstance(change, Written) and (way == SECTORS or way == PREFIX and change is torn):
                change.apply_torn(content, way, random)
        return content


class Written(Change):
    def __init__(self, sequence, offset, data):
        super().__init__(sequence, self.write)
        self.offset, self.data = offset, data

    def write(self, content):
        put(content, self.offset, self.data)

    def apply_torn(self, content, way, random):
        if way == PREFIX:  # up to any sector
            end = random.randrange(len(self.data) // SECTOR + 1) * SECTOR
            put(content, self.offset, self.data[:end])
            return
        position = 0
        while position < len(self.data):  # any set of sectors
            step = min(SECTOR - (self.offset + position) % SECTOR, len(self.data) - position)
            if random.random() < 0.5:
                put(content, self.offset + position, self.data[position:position + step])
            position += step


def put(content, offset, data):
    if not data:
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def resize(size):
    def apply(content):
        del content[size:]
        content.extend(bytes(size - len(content)))
    return apply


def at_least(size):
    return lambda content: content.extend(bytes(max(0, size - len(content))))


def name_is(name, node):
    def apply(content):
        if node is None:
            content.pop(name, None)
        else:
            content[name] = node
    return apply


class Disk:
    """The model of one folder. Requires: nobody but the logged program changes the folder between take() calls."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.take()

    def take(self):
        """From here the folder as it lies is durable, whole."""
        self.nodes, self.every, self.records, self.log_position = {}, [], 0, 0
        self.root = self._read(self.folder)

    def _read(self, path):
        facts = os.lstat(path)
        if stat.S_ISDIR(facts.st_mode):
            node = self._know(facts.st_ino, Node({}, facts.st_mode & 0o7777))
            for entry in os.scandir(path):
                node.base[entry.name] = self._read(pathlib.Path(entry.path))
            return node
        if facts.st_ino not in self.nodes:  # else a second name
            self._know(facts.st_ino, Node(bytearray(path.read_bytes()), facts.st_mode & 0o7777))
        return self.nodes[facts.st_ino]

    def _know(self, inode, node):
        self.nodes[inode] = node  # the number of a file that is gone may be given to another
        self.every.append(node)
        return node

    # --- the log -------------------------------------------------------------------------------------------------
    def follow(self, log):
        """Takes in what the log says since the last call."""
        for fields, name, name2, data, end in records(log, self.log_position):
            self._take_in(fields, name, name2, data)
            self.records, self.log_position = self.records + 1, end

    def _take_in(self, fields, name, name2, data):
        _, kind, sequence, inode, folder, folder2, offset, value, result = fields[:9]
        node = self.nodes.get(inode)
        if kind == CREATE:
            node = self._know(inode, Node(bytearray(), value & 0o777))
            self.nodes[folder].change(sequence, name_is(name, node))
        elif kind == MAKE_FOLDER:
            node = self._know(inode, Node({}, value & 0o777))
            self.nodes[folder].change(sequence, name_is(name, node))
        elif kind == WRITE:
            node.changes.append(Written(sequence, offset, data))
        elif kind == TRUNCATE:
            node.change(sequence, resize(value))
        elif kind == ALLOCATE:
            if value:
                node.change(sequence, at_least(value))
        elif kind in (UNLINK, REMOVE_FOLDER):
            self.nodes[folder].change(sequence, name_is(name, None))
        elif kind == LINK:
            self.nodes[folder2].change(sequence, name_is(name2, node))
        elif kind == RENAME:
            self._rename(sequence, self.nodes[folder], name, self.nodes[folder2], name2, node)
        elif kind in (SYNC, SYNC_ALL):
            for one in ([node] if kind == SYNC else self.every):
                (one.synced if result == 0 else one.sync_failed)(value)
        elif kind == MODE:
            node.mode = value & 0o7777  # taken as durable at once: no promise hangs on it
        else:
            raise AssertionError(f"the layer cannot follow {KIND_NAMES[kind]}")

    @staticmethod
    def _rename(sequence, folder, name, folder2, name2, node):
        """One transaction of the file system: the old name never goes before the new one stays. Between two folders
        the new name may be durable first; until the old folder is synced there are both."""
        if folder is folder2:
            def both(content):
                content.pop(name, None)
                content[name2] = node
            folder.change(sequence, both)
            return
        arrival = folder2.change(sequence, name_is(name2, node))
        folder.change(sequence, name_is(name, None), needs=arrival)

    # --- looking and cutting ---------------------------------------------------------------------------------------
    def check_complete(self):
        """With all changes the model is what really lies there: nothing went past the layer."""
        self._compare(self.root, self.folder)

    def _compare(self, node, path):
        if not node.is_folder:
            if path.read_bytes() != bytes(node.now()):
                raise AssertionError(f"{path} was changed past the layer")
            return
        names = node.now()
        real = set(os.listdir(path))
        if real != set(names):
            raise AssertionError(f"{path}: names past the layer: {sorted(real ^ set(names))}")
        for name, child in names.items():
            self._compare(child, path / name)

    def cut(self, way, random):
        """Makes the folder what a power cut would leave and takes it as the new beginning. Returns how many files and
        folders had changes that no sync covered."""
        uncovered = sum(any(not change.durable for change in node.changes) for node in self.every)
        for node in self.every:
            node.choose_kept(way, random)
        contents = {id(node): node.after_cut(way, random) for node in self.every}
        fresh = self.folder.with_name(self.folder.name + ".after-cut")
        self._write(self.root, fresh, contents, {})
        shutil.rmtree(self.folder)
        fresh.rename(self.folder)
        self.take()
        return uncovered

    def _write(self, node, path, contents, written):
        if id(node) in written:  # a second name
            os.link(written[id(node)], path)
            return
        content = contents[id(node)]
        if node.is_folder:
            path.mkdir()
            for name, child in content.items():
                self._write(child, path / name, contents, written)
        else:
            path.write_bytes(content)
            written[id(node)] = path
        path.chmod(node.mode)
