"""python3 rolling_window.py THREADS CSV COLUMN FIRST LAST: splits FIRST … LAST − 1 of the rolling-window study in PyTorch.

The protocol without leaks, as in examples/rolling-window/protocols.ts: min-max over the rows of the 200 training samples, the
last 10 of them held back to choose the epoch, at most 10 epochs in batches of 10 with patience 5, a fresh model for each split;
then forecasts of the next 10 samples and of the training samples. Prints one JSON line.
"""
import copy
import csv
import json
import os
import sys

threads, path, column, first, last = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
os.environ['OMP_NUM_THREADS'] = os.environ['OPENBLAS_NUM_THREADS'] = str(threads)
# Python puts the script's own folder first, where another file is named torch.
sys.path.pop(0)
import torch  # noqa: E402

torch.set_num_threads(threads)
WINDOW, TRAIN, HELD, SCORED, BATCH, EPOCHS, PATIENCE = 60, 200, 10, 10, 10, 10, 5


@torch.no_grad()
def initialise(name, weights):
    """As ours and Keras do: without it PyTorch learns less in ten epochs and stops earlier."""
    if 'weight_hh' in name:
        torch.nn.init.orthogonal_(weights)
    elif 'weight' in name:
        torch.nn.init.xavier_uniform_(weights)
    else:
        weights.zero_()
        if 'bias_ih' in name:
            weights[50:100] = 1  # gates are i, f, g, o


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lower = torch.nn.LSTM(1, 50, batch_first=True)
        self.upper = torch.nn.LSTM(50, 50, batch_first=True)
        self.drop_lower, self.drop_upper = torch.nn.Dropout(0.3), torch.nn.Dropout(0.2)
        self.head = torch.nn.Sequential(torch.nn.Linear(50, 25), torch.nn.Linear(25, 1))
        for name, weights in self.named_parameters():
            initialise(name, weights)

    def forward(self, x):
        x = self.drop_lower(self.lower(x)[0])
        x = self.upper(x)[0][:, -1]
        return self.head(self.drop_upper(x))


def fit(net, x, y, x_held, y_held):
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    best, best_weights, waited, epochs = float('inf'), None, 0, 0
    for _ in range(EPOCHS):
        net.train()
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(net(x[batch]), y[batch]).backward()
            optimizer.step()
        epochs += 1
        net.eval()
        with torch.no_grad():
            loss = torch.nn.functional.mse_loss(net(x_held), y_held).item()
        if loss < best:
            best, best_weights, waited = loss, copy.deepcopy(net.state_dict()), 0
        else:
            waited += 1
            if waited >= PATIENCE:
                break
    net.load_state_dict(best_weights)
    return epochs


def split(prices, start):
    """RMSE of the scored block in dollars, epochs, mean training error."""
    rows = prices[start:start + TRAIN + SCORED + WINDOW]
    known = rows[:TRAIN + WINDOW]
    low, span = known.min(), known.max() - known.min()
    scaled = (rows - low) / span
    windows = scaled.unfold(0, WINDOW, 1)[:TRAIN + SCORED].unsqueeze(2).contiguous()
    targets = scaled[WINDOW:].unsqueeze(1)
    torch.manual_seed(start)
    net = Net()
    fitted = TRAIN - HELD
    epochs = fit(net, windows[:fitted], targets[:fitted], windows[fitted:TRAIN], targets[fitted:TRAIN])
    with torch.no_grad():
        scored = net(windows[TRAIN:]) - targets[TRAIN:]
        training = net(windows[:TRAIN]) - targets[:TRAIN]
    return (span * scored.square().mean().sqrt()).item(), epochs, (span * training.square().mean().sqrt()).item()


with open(path, newline='') as file:
    rows = sorted((row['Date'], float(row[column])) for row in csv.DictReader(file))
prices = torch.tensor([price for _, price in rows])
results = [split(prices, start) for start in range(first, last)]
print(json.dumps({
    'rmse': sum(r[0] for r in results) / len(results), 'epochs': sum(r[1] for r in results), 'trainRmse': sum(r[2] for r in results) / len(results),
    'backend': f'PyTorch {torch.__version__}',
}))
