package live

import (
	"context"
	"sync"
)

// kept holds the values that were asked for last, at most so many. What is not there is made, one at a time: whoever asks for the
// same meanwhile waits for it, and so does whoever asks for another, so that no number of requests makes more work, or takes more memory,
// than one.
type kept[V any] struct {
	most   int
	making chan struct{} // holds one
	mu     sync.Mutex
	values []keptValue[V] // the one asked for last is the last
}

type keptValue[V any] struct {
	key   string
	value V
}

func newKept[V any](most int) *kept[V] { return &kept[V]{most: most, making: make(chan struct{}, 1)} }

// get returns the value of a key; it is made with ctx, which bounds the waiting too.
func (k *kept[V]) get(ctx context.Context, key string, make func(context.Context) (V, error)) (V, error) {
	if v, ok := k.find(key); ok {
		return v, nil
	}
	var none V
	select {
	case k.making <- struct{}{}:
		defer func() { <-k.making }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	if v, ok := k.find(key); ok {
		return v, nil
	}
	v, err := make(ctx)
	if err != nil {
		return none, err
	}
	k.add(key, v)
	return v, nil
}

func (k *kept[V]) find(key string) (v V, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, one := range k.values {
		if one.key == key {
			k.values = append(append(k.values[:i:i], k.values[i+1:]...), one)
			return one.value, true
		}
	}
	return v, false
}

func (k *kept[V]) add(key string, v V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.values = append(k.values, keptValue[V]{key, v})
	if over := len(k.values) - k.most; over > 0 {
		k.values = append([]keptValue[V](nil), k.values[over:]...)
	}
}

// all returns the values, the one asked for last as the last.
func (k *kept[V]) all() []V {
	k.mu.Lock()
	defer k.mu.Unlock()
	values := make([]V, len(k.values))
	for i, one := range k.values {
		values[i] = one.value
	}
	return values
}
