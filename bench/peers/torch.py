"""python3 torch.py THREADS JSON SECONDS: PyTorch on the CPU, the same workload as ours, one JSON line.

Needs a Python with torch; Debian: apt install python3-torch libopenblas0-pthread.
"""
import json
import os
import sys
import time

threads, workload, seconds = int(sys.argv[1]), json.loads(sys.argv[2]), float(sys.argv[3])
os.environ['OMP_NUM_THREADS'] = os.environ['OPENBLAS_NUM_THREADS'] = str(threads)
# Python puts the script's own folder first, where this very file is named torch.
sys.path.pop(0)
import torch  # noqa: E402

torch.set_num_threads(threads)
torch.manual_seed(0)


def measure(call, length):
    end = time.perf_counter() + 0.25 * length
    count = 0
    while count < 3 or time.perf_counter() < end:
        call()
        count += 1
    samples = []
    end = time.perf_counter() + length
    while len(samples) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        samples.append(1e3 * (time.perf_counter() - start))
    samples.sort()
    median = samples[len(samples) // 2]
    spread = sorted(abs(s - median) for s in samples)
    return {'median': median, 'mad': spread[len(spread) // 2], 'samples': len(samples)}


def product(rows, inner, columns):
    a, b, c = torch.randn(rows, inner), torch.randn(inner, columns), torch.empty(rows, columns)
    return {'train': measure(lambda: torch.mm(a, b, out=c), seconds)}


class Net(torch.nn.Module):
    def __init__(self, spec):
        super().__init__()
        kind = {'lstm': torch.nn.LSTM, 'gru': torch.nn.GRU, 'rnn': torch.nn.RNN}[spec['cell']]
        layers, dropout = spec['layers'], spec.get('dropout', [])
        widths = [spec['inputs'], *layers]
        stacked = len(set(layers)) == 1 and len(layers) > 1 and not dropout  # one call for all layers, as PyTorch likes it
        if stacked:
            self.recurrent = torch.nn.ModuleList([kind(widths[0], layers[0], num_layers=len(layers), batch_first=True)])
        else:
            self.recurrent = torch.nn.ModuleList([kind(widths[i], units, batch_first=True) for i, units in enumerate(layers)])
        self.dropout = torch.nn.ModuleList([torch.nn.Dropout(rate) for rate in dropout])
        heads = [layers[-1], *spec['head']]
        self.head = torch.nn.Sequential(*[torch.nn.Linear(heads[i], heads[i + 1]) for i in range(len(heads) - 1)])

    def forward(self, x):
        for i, layer in enumerate(self.recurrent):
            x, _ = layer(x)
            if i == len(self.recurrent) - 1:
                x = x[:, -1]
            if i < len(self.dropout):
                x = self.dropout[i](x)
        return self.head(x)


def normalised(inputs, filters, size, stride):
    return [torch.nn.Conv2d(inputs, filters, size, stride, size // 2, bias=False), torch.nn.BatchNorm2d(filters)]


class Residual(torch.nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.path = torch.nn.Sequential(*normalised(inputs, filters, 3, stride), torch.nn.ReLU(True), *normalised(filters, filters, 3, 1))
        same = stride == 1 and inputs == filters
        self.shortcut = torch.nn.Identity() if same else torch.nn.Sequential(*normalised(inputs, filters, 1, stride))

    def forward(self, x):
        return torch.relu_(self.path(x) + self.shortcut(x))


def image_net(kind):
    if kind == 'small':
        layers = [torch.nn.Conv2d(3, 16, 3, 1, 1), torch.nn.ReLU(True)]
        stages = [(16, 16, 4, 1)]
    else:
        layers = [*normalised(3, 64, 7, 2), torch.nn.ReLU(True), torch.nn.MaxPool2d(3, 2, 1)]
        stages = [(64, 64, 3, 1), (64, 128, 4, 2), (128, 256, 6, 2), (256, 512, 3, 2)]
    for inputs, filters, blocks, stride in stages:
        for i in range(blocks):
            layers.append(Residual(filters if i else inputs, filters, 1 if i else stride))
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(filters, 1))


class Attention(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(width, 8, batch_first=True)
        self.head = torch.nn.Linear(width, 1)

    def forward(self, x):
        return self.head(self.attention(x, x, x, need_weights=False)[0].mean(1))


class Embedded(torch.nn.Module):
    def __init__(self, indices):
        super().__init__()
        self.embedding = torch.nn.Embedding(indices, 64)
        self.lstm = torch.nn.LSTM(64, 128, batch_first=True)
        self.head = torch.nn.Linear(128, 1)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0][:, -1])


def training():
    if workload.get('net') == 'attention':
        net = Attention(workload['inputs'])
        x = torch.randn(workload['batch'], workload['steps'], workload['inputs'])
    elif workload.get('net') == 'embedding':
        net = Embedded(workload['inputs'])
        x = torch.randint(workload['inputs'], (workload['batch'], workload['steps']))
    elif 'net' in workload:
        net = image_net(workload['net'])
        x = torch.randn(workload['batch'], 3, workload['size'], workload['size'])
    else:
        net = Net(workload)
        x = torch.randn(workload['batch'], workload['steps'], workload['inputs'])
    if workload.get('predict'):
        net.eval()
        with torch.no_grad():
            return {'train': measure(lambda: net(x), seconds)}
    y = torch.randn(workload['batch'], 1)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    before = step()
    train = measure(step, seconds)
    return {'train': train, 'lossBefore': before, 'lossAfter': step()}


result = product(*workload['product']) if 'product' in workload else training()
print(json.dumps({'subject': f'torch {threads}', 'backend': f'PyTorch {torch.__version__}, {threads} thread(s)', **result}))
