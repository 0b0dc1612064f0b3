package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/wangge/wangge/grid"
)

// A batch holds at most so many rows and, unless one row is longer, so many bytes of text.
const (
	batchRows  = 2048
	batchBytes = 1 << 20
)

// outcome is what became of a row: a value, or a reject.
type outcome[T any] struct {
	line   int64
	value  T
	reject *Reject
}

// batch is a piece of a file on its way through the workers.
type batch[T any] struct {
	text    strings.Builder
	ends    []int // of each row in the text
	lines   []int64
	faults  map[int]error // of rows that the table could not read, by their place in the batch
	records []grid.Record // instead of text

	outcomes []outcome[T]
	err      error // ends the file: io.EOF, a *FileError or another error; it comes after the outcomes
	done     chan struct{}
}

// process reads in, parses its rows and does work on each in as many goroutines as there are processors, and yields what
// becomes of them in the order of the file, a batch at a time. The error that ends the sequence is yielded last, if there
// is one. A row is work's only until work returns. after, unless it is nil, completes the outcomes of a batch, where work was done.
func process[T any](ctx context.Context, in *input, work func(*row) (T, error), after func([]outcome[T])) iter.Seq2[[]outcome[T], error] {
	return func(yield func([]outcome[T], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		workers := runtime.GOMAXPROCS(0)
		jobs, ordered := make(chan *batch[T], workers), make(chan *batch[T], 2*workers)
		var wg sync.WaitGroup
		wg.Go(func() { feed(ctx, in, jobs, ordered) })
		for range workers {
			wg.Go(func() {
				for b := range jobs {
					b.run(in, work)
					if after != nil {
						after(b.outcomes)
					}
					close(b.done)
				}
			})
		}
		defer wg.Wait()
		defer cancel()
		for b := range ordered {
			<-b.done
			if len(b.outcomes) > 0 && !yield(b.outcomes, nil) {
				return
			}
			if b.err != nil {
				if b.err != io.EOF {
					yield(nil, b.err)
				}
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// feed cuts the file into batches, which go to the workers and, in order, to the consumer.
func feed[T any](ctx context.Context, in *input, jobs, ordered chan<- *batch[T]) {
	defer close(ordered)
	defer close(jobs)
	for {
		b := &batch[T]{done: make(chan struct{})}
		b.fill(in)
		last := b.err != nil // asked now: later the worker may set it
		select {
		case ordered <- b:
		case <-ctx.Done():
			return
		}
		select {
		case jobs <- b:
		case <-ctx.Done():
			close(b.done)
			return
		}
		if last {
			return
		}
	}
}

func (b *batch[T]) fill(in *input) {
	defer recovered(&b.err)
	if in.rows == nil {
		for len(b.records) < batchRows {
			r, ok := in.pull()
			if !ok {
				b.err = io.EOF
				return
			}
			b.records = append(b.records, r)
		}
		return
	}
	for len(b.ends) < batchRows && b.text.Len() < batchBytes {
		raw, line, err := in.rows.next()
		var fault *rowFault
		if errors.As(err, &fault) {
			if b.faults == nil {
				b.faults = map[int]error{}
			}
			b.faults[len(b.ends)] = fault.why
		} else if err != nil {
			b.err = err
			return
		}
		b.text.Write(raw)
		b.ends = append(b.ends, b.text.Len())
		b.lines = append(b.lines, line)
	}
}

// run parses and works on the rows. A fault that is not one row's ends the file there.
func (b *batch[T]) run(in *input, work func(*row) (T, error)) {
	defer recovered(&b.err)
	n := max(len(b.ends), len(b.records))
	b.outcomes = make([]outcome[T], 0, n)
	text, start := b.text.String(), 0
	var r row
	for i := range n {
		if in.rows == nil {
			r.record, r.line = &b.records[i], b.records[i].Line
		} else {
			r.raw, r.line = text[start:b.ends[i]], b.lines[i]
			start = b.ends[i]
		}
		in.layout.begin(&r)
		o := outcome[T]{line: r.line}
		err := b.faults[i]
		if err == nil {
			err = in.parser.parse(&r)
		}
		if err == nil {
			o.value, err = work(&r)
		}
		if err != nil {
			reject, fatal := rejectOf(err)
			if fatal != nil {
				b.err = atLine(fatal, r.line)
				return
			}
			reject.Line, reject.Row = r.line, r.text()
			o.reject = reject
		}
		b.outcomes = append(b.outcomes, o)
	}
}

// recovered makes an error of a panic, so that a file that finds a mistake of ours ends its import and not the server.
func recovered(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("panic while reading a file: %v\n%s", cause, debug.Stack())
	}
}

// atLine says where a *FileError is, unless it knows.
func atLine(err error, line int64) error {
	var fault *FileError
	if errors.As(err, &fault) && fault.Line == 0 {
		copied := *fault
		copied.Line = line
		return &copied
	}
	return err
}
