"""A TCP proxy that behaves like a bad network: it cuts, stalls, truncates and delays, and never reorders.

Each connection gets its fault and the byte at which it strikes from a seeded generator, in the order connections come,
until the faults are used up; then it is honest, so that every client can finish. TLS passes through: what is cut is
whatever record was on its way.
"""

import asyncio
import collections
import random
import threading

FAULTS = ("cut", "stall", "truncate", "delay")
PIECE_BYTES = 16384
STALL_SECONDS = 0.4
DELAY_SECONDS_MAX = 0.004


class FaultyProxy:
    """Listens on a free port of 127.0.0.1 in a thread of its own. `strikes` is the range of bytes towards the server
    after which a fault strikes."""

    def __init__(self, target_port, seed, faults, strikes=(1, 3_000_000), kinds=FAULTS):
        self.target_port, self.random, self.faults_left = target_port, random.Random(seed), faults
        self.strikes, self.kinds = strikes, kinds
        self.seen = collections.Counter()  # faults that struck
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._tasks = set()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _plan(self):
        """(fault, byte at which it strikes) of the next connection."""
        self.connections += 1
        if self.faults_left == 0:
            return None, 0
        self.faults_left -= 1
        return self.random.choice(self.kinds), self.random.randint(*self.strikes)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        fault, strike = self._plan()
        onward = None
        try:
            from_server, onward = await asyncio.open_connection("127.0.0.1", self.target_port)
            back = asyncio.create_task(self._pass_on(from_server, writer, fault == "delay"))
            await self._towards_server(reader, onward, writer, fault, strike)
            await back
        except OSError:
            pass  # an end of the connection, as any other
        finally:
            self._tasks.discard(task)
            for end in (writer, onward):
                if end is not None:
                    end.close()

    async def _pause(self, slow):
        if slow:
            await asyncio.sleep(self.random.random() * DELAY_SECONDS_MAX)

    async def _pass_on(self, reader, writer, slow):
        try:
            while data := await reader.read(PIECE_BYTES):
                await self._pause(slow)
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except OSError:
            pass  # the other end has gone

    async def _towards_server(self, reader, onward, back, fault, strike):
        passed = 0
        while data := await reader.read(PIECE_BYTES):
            if fault not in (None, "delay") and passed + len(data) > strike:
                self.seen[fault] += 1
                onward.write(data[:strike - passed])
                if fault == "truncate":  # the server sees an orderly end of the connection, inside a record
                    await onward.drain()
                    onward.write_eof()
                    return back.transport.abort()
                if fault == "stall":
                    await asyncio.sleep(STALL_SECONDS)
                onward.transport.abort()
                return back.transport.abort()
            if fault == "delay" and passed == 0:
                self.seen[fault] += 1
            passed += len(data)
            await self._pause(fault == "delay")
            onward.write(data)
            await onward.drain()
        onward.write_eof()
