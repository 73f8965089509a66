/**
 * Top-level modules of Python's standard library, 2.7 to 3.14: a name from one of them is judged by what the interpreter itself would
 * run, and is dangerous unless it is known to be harmless.
 */
export const STDLIB_MODULES: ReadonlySet<string> = new Set(
  `
  BaseHTTPServer Bastion CGIHTTPServer ConfigParser Cookie Dialog DocXMLRPCServer FileDialog HTMLParser MimeWriter
  Queue ScrolledText SimpleDialog SimpleHTTPServer SimpleXMLRPCServer SocketServer StringIO Tix Tkconstants Tkdnd
  Tkinter UserDict UserList UserString __builtin__ __future__ _abc _abcoll _aix_support _ast _asyncio _bisect _blake2
  _bootsubprocess _bz2 _codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections
  _collections_abc _compat_pickle _compression _contextvars _crypt _csv _ctypes _curses _curses_panel _datetime _dbm
  _decimal _dummy_threading _elementtree _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib
  _heapq _imp _interpchannels _interpqueues _interpreters _io _json _locale _lsprof _lzma _markupbase _md5 _msi
  _multibytecodec _multiprocessing _opcode _operator _osx_support _overlapped _pickle _posixshmem _posixsubprocess
  _py_abc _pydecimal _pyio _pyrepl _queue _random _scproxy _sha1 _sha256 _sha3 _sha512 _signal _sitebuiltins _socket
  _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct _symtable _thread _threading_local _tkinter
  _tokenize _tracemalloc _typing _uuid _warnings _weakref _weakrefset _winapi _winreg _zoneinfo abc aifc antigravity
  anydbm argparse array ast asynchat asyncio asyncio.compat asyncore atexit audiodev audioop base64 bdb binascii
  binhex bisect bsddb builtins bz2 cPickle cProfile cStringIO calendar cgi cgitb chunk cmath cmd code codecs codeop
  collections colorsys commands compileall compiler concurrent configparser contextlib contextvars cookielib copy
  copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbhash dbm decimal difflib dircache dis distutils dl
  doctest dumbdb dummy_threading email encodings ensurepip enum errno exceptions faulthandler fcntl filecmp fileinput
  fnmatch formatter fpformat fractions ftplib functools future_builtins gc gdbm genericpath getopt getpass gettext
  glob graphlib grp gzip hashlib heapq hmac hotshot html htmllib http httplib idlelib ihooks imaplib imghdr imp
  importlib imputil inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma macpath
  macurl2path mailbox mailcap marshal math md5 mhlib mimetools mimetypes mimify mmap modulefinder msilib msvcrt
  multifile multiprocessing mutex netrc new nis nntplib nt ntpath nturl2path numbers opcode operator optparse os os2
  ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib popen2 poplib posix posixfile
  posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline
  reprlib resource rexec rfc822 rlcompleter robotparser runpy sched secrets select selectors sets sgmllib sha shelve
  shlex shutil signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre sre_compile
  sre_constants sre_parse ssl stat statistics statvfs string stringprep struct subprocess sunau sunaudio symbol
  symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this thread threading time
  timeit tkColorChooser tkCommonDialog tkFileDialog tkFont tkMessageBox tkSimpleDialog tkinter toaiff token tokenize
  tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib urllib2 urlparse
  user usercustomize uu uuid venv warnings wave weakref webbrowser whichdb winreg winsound wsgiref xdrlib xml xmlrpc
  xmlrpclib xxlimited zipapp zipfile zipimport zlib zoneinfo
`
    .trim()
    .split(/\s+/),
);
