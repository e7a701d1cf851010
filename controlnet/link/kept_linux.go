package link

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reopenEvery is the least time between two attempts to open a link again.
const reopenEvery = time.Second

// Kept is a link that is opened again when its interface was deleted and made anew, as
// network managers do. A socket alone stays with the interface that is gone. Opening takes
// long, and closing too, so both are done by a goroutine of its own; the link's user only
// changes over.
type Kept struct {
	open func() (*Socket, error)
	warn func(string)

	cur  *Socket                // the user's
	seen atomic.Pointer[Socket] // the same, for others
	next atomic.Pointer[Socket] // opened, and not yet the user's
	old  chan *Socket           // to be closed
	ask  chan struct{}          // something is wrong with cur
	stop chan struct{}
	wg   sync.WaitGroup
	past Stats // of those closed; under mu
	mu   sync.Mutex
}

// Keep opens a link, and opens it again when it has to be, with the same function. warn is
// told of that, by a goroutine of its own; it may be nil.
func Keep(open func() (*Socket, error), warn func(string)) (*Kept, error) {
	s, err := open()
	if err != nil {
		return nil, err
	}
	if warn == nil {
		warn = func(string) {}
	}
	k := &Kept{
		open: open, warn: warn, cur: s,
		old: make(chan *Socket, 1), ask: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	k.seen.Store(s)
	k.wg.Go(k.watch)
	return k, nil
}

// Send sends a frame, as a Socket does.
func (k *Kept) Send(frame []byte) error {
	k.change()
	err := k.cur.Send(frame)
	if err != nil {
		select {
		case k.ask <- struct{}{}:
		default:
		}
	}
	return err
}

// Receive takes one frame, as a Socket does.
func (k *Kept) Receive(buf []byte) (n int, at time.Duration, err error) {
	k.change()
	return k.cur.Receive(buf)
}

// change takes the new socket, if there is one, and leaves the old one to be closed.
func (k *Kept) change() {
	next := k.next.Load()
	if next == nil || len(k.old) > 0 { // the one before has not been closed yet: the next time
		return
	}
	k.seen.Store(next)
	k.next.Store(nil)
	k.old <- k.cur
	k.cur = next
}

// watch opens a new socket when the interface of the present one is gone.
func (k *Kept) watch() {
	again := time.NewTicker(reopenEvery)
	defer again.Stop()
	said := ""
	for {
		select {
		case <-k.stop:
			return
		case s := <-k.old:
			k.retire(s)
			continue
		case <-k.ask:
		}
		if k.next.Load() == nil && k.seen.Load().gone() {
			if said = k.reopen(said); said == "" {
				continue
			}
		}
		select { // not more often than that
		case <-k.stop:
			return
		case <-again.C:
		}
	}
}

// reopen opens a new socket. It returns what it has warned of, unless it was good.
func (k *Kept) reopen(said string) string {
	s, err := k.open()
	if err != nil {
		if err.Error() != said {
			k.warn("the interface is gone: " + err.Error())
		}
		return err.Error()
	}
	k.next.Store(s)
	k.warn(s.String() + ": opened again on an interface that was made anew")
	return ""
}

// retire closes a socket and keeps its counts.
func (k *Kept) retire(s *Socket) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.past = k.past.plus(s.Stats())
	if err := s.Close(); err != nil {
		k.warn(err.Error())
	}
}

// Stats returns the counts over all sockets. It may be called by any goroutine.
func (k *Kept) Stats() Stats {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.past.plus(k.seen.Load().Stats())
}

func (a Stats) plus(b Stats) Stats {
	return Stats{
		Sent: a.Sent + b.Sent, Failed: a.Failed + b.Failed, Received: a.Received + b.Received,
		Unstamped: a.Unstamped + b.Unstamped, Odd: a.Odd + b.Odd, Dropped: a.Dropped + b.Dropped,
	}
}

// String names the link.
func (k *Kept) String() string { return k.seen.Load().String() }

// Warnings are those of the present socket.
func (k *Kept) Warnings() []string { return k.seen.Load().Warnings() }

// Close ends the goroutine and closes the link. Nobody may be in Send or Receive.
func (k *Kept) Close() error {
	close(k.stop)
	k.wg.Wait()
	select {
	case s := <-k.old:
		s.Close()
	default:
	}
	if s := k.next.Swap(nil); s != nil {
		s.Close()
	}
	return k.cur.Close()
}

// gone reports whether the interface of a socket does not exist any more. It asks in the
// socket's own network namespace.
func (s *Socket) gone() bool {
	var request struct {
		name  [unix.IFNAMSIZ]byte
		index int32
		_     [20]byte
	}
	request.index = s.index
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(s.fd), unix.SIOCGIFNAME, uintptr(unsafe.Pointer(&request)))
	return errno == unix.ENODEV
}
