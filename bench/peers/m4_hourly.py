"""python3 m4_hourly.py THREADS FILE STEPS SETTINGS: the network of the m4-hourly study in PyTorch, trained on the batches of a file.

The same shapes, batches, initial weights by the same rules, loss, clipping and schedule as examples/m4-hourly and bench/m4HourlySteps.ts. Prints one JSON line.
"""
import json
import math
import os
import sys
import time

threads, path, count, settings = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
os.environ['OMP_NUM_THREADS'] = os.environ['OPENBLAS_NUM_THREADS'] = str(threads)
# Python puts the script's own folder first, where another file is named torch.
sys.path.pop(0)
import torch  # noqa: E402

torch.set_num_threads(threads)
torch.manual_seed(1)
WARM = 20
BATCHES, BATCH, WINDOW, STATISTICS, HORIZON = (settings[name] for name in ('batches', 'batch', 'window', 'statistics', 'horizon'))
UNITS, HIDDEN = settings['units'], settings['hidden']
LEVELS = torch.tensor(settings['quantiles'])


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(24, UNITS, batch_first=True)
        self.dropout = torch.nn.Dropout(settings['dropout'])
        seen = 168 + STATISTICS
        # One layer over [seen, state] as two, as in ours: no gradient flows back to what is seen.
        self.below, self.side = torch.nn.Linear(seen, HIDDEN), torch.nn.Linear(UNITS, HIDDEN, bias=False)
        self.straight, self.out = torch.nn.Linear(seen, HORIZON * len(LEVELS)), torch.nn.Linear(UNITS + HIDDEN, HORIZON * len(LEVELS), bias=False)
        with torch.no_grad():  # as ours and Keras do
            torch.nn.init.xavier_uniform_(self.lstm.weight_ih_l0)
            torch.nn.init.orthogonal_(self.lstm.weight_hh_l0)
            for layer in (self.below, self.side):
                torch.nn.init.xavier_uniform_(layer.weight)
            for weights in (self.lstm.bias_ih_l0, self.lstm.bias_hh_l0, self.below.bias, self.straight.weight, self.straight.bias, self.out.weight):
                weights.zero_()
            self.lstm.bias_ih_l0[UNITS:2 * UNITS] = 1  # gates are i, f, g, o

    def forward(self, x, statistics):
        state = self.dropout(self.lstm(x.view(-1, WINDOW // 24, 24))[0][:, -1])
        seen = torch.cat([x[:, -168:], statistics], 1)
        wide = torch.relu(self.below(seen) + self.side(state))
        return (self.straight(seen) + self.out(torch.cat([state, wide], 1))).view(-1, HORIZON, len(LEVELS))


def loss_of(predicted, y, weights):
    error = y.unsqueeze(2) - predicted
    return (torch.maximum(LEVELS * error, (LEVELS - 1) * error).mean((1, 2)) * weights).mean()


data = torch.frombuffer(bytearray(open(path, 'rb').read()), dtype=torch.float32)
batches = []
for part in data.view(BATCHES, -1):
    x, statistics, y, weights = part.split([BATCH * WINDOW, BATCH * STATISTICS, BATCH * HORIZON, BATCH])
    batches.append((x.view(BATCH, WINDOW), statistics.view(BATCH, STATISTICS), y.view(BATCH, HORIZON), weights))

net = Net()
optimizer = torch.optim.AdamW(net.parameters(), settings['rate'], weight_decay=settings['weightDecay'])
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * min(1, step / (WARM + count)))))
started = processor = 0
for step in range(WARM + count):
    if step == WARM:
        started, processor = time.perf_counter(), time.process_time()
    x, statistics, y, weights = batches[step % BATCHES]
    optimizer.zero_grad()
    loss = loss_of(net(x, statistics), y, weights)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 2.5)
    optimizer.step()
    schedule.step()
    loss.item()
milliseconds, processor = 1e3 * (time.perf_counter() - started) / count, 1e3 * (time.process_time() - processor) / count
net.eval()
with torch.no_grad():
    losses = [loss_of(net(x, statistics), y, weights).item() for x, statistics, y, weights in batches]
print(json.dumps({'milliseconds': milliseconds, 'processor': processor, 'loss': sum(losses) / BATCHES, 'backend': f'PyTorch {torch.__version__}, {threads} thread(s)'}))
