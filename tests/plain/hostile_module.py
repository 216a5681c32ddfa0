import threading, time, sys
import numpy as np
class Sleepy:
    """Every way to look at it takes 3 s."""
    def _s(self, *a): time.sleep(3); return 1
    __index__ = __float__ = __bool__ = __len__ = __eq__ = __hash__ = _s
    def __str__(self): time.sleep(3); return "sleepy"
    __repr__ = __str__
    def item(self): time.sleep(3); return 1.0
    def __array__(self, *a, **k): time.sleep(3); return np.zeros(3)
    def __iter__(self): time.sleep(3); return iter([1])
    def __del__(self): time.sleep(3)
class Attr(Sleepy):
    def __getattr__(self, n): time.sleep(1); raise AttributeError(n)
class Cls(Sleepy):
    @property
    def __class__(self): time.sleep(1); return int
class Bad(Exception):
    def __init__(self): self.held = Sleepy()
    def __str__(self): time.sleep(3); return "bad"
class Frame(np.ndarray):
    def __del__(self): time.sleep(3)
class L(list):
    def __iter__(self): time.sleep(3); return iter([])
    def __len__(self): time.sleep(3); return 0
    def __getitem__(self,i): time.sleep(3); return 0
    def __del__(self): time.sleep(3)
class S(str):
    def __eq__(self,o): time.sleep(3); return False
    def __hash__(self): time.sleep(3); return 1
    def __str__(self): time.sleep(3); return ""
    def __del__(self): time.sleep(3)
def local():
    s = Sleepy(); raise ValueError("with a local")
def bad(): raise Bad()
def huge(): raise ValueError("x"*200_000_000)
def rec(n=0): return rec(n+1)
def frame(n): return np.zeros((n,)*2).view(Frame)
def image():
    a = np.zeros((300,300)); import weakref; weakref.finalize(a, time.sleep, 3); return a
def pub():
    for v in (Sleepy(), Attr(), L([1]), S("a"), [Sleepy()], {"a": Sleepy()}, frame(3)):
        pydev.iointr("ev", v)
